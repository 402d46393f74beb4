// Loaded before a server that listens on every address and has no option for it: makes it listen on loopback only.

import { Server } from 'node:net';

const listen = Server.prototype.listen;

Server.prototype.listen = function onLoopback(port, ...rest) {
  return listen.call(this, port, '127.0.0.1', ...rest.filter((each) => typeof each === 'function'));
};

import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Ports that no system gives by itself to a connection or to who asks for any: these cannot be lost to such a one meanwhile. */
const FIRST = 20_000;
const END = 32_768;

/** A port that was free a moment ago, for a server whose own URL must be known before it starts. */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST, END);
    const server = createServer().listen(port, '127.0.0.1');
    try {
      await once(server, 'listening');
    } catch (error) {
      if (error.code === 'EADDRINUSE') {
        continue;
      }
      throw error;
    }
    server.close();
    await once(server, 'close');
    return port;
  }
}

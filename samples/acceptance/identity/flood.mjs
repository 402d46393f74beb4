import { randomInt, randomUUID } from 'node:crypto';
import { callOver, connectionFrom } from './load.mjs';
import { resigned } from './hostile.mjs';

/** Connections that flood at the same time. */
const CONNECTIONS = 100;

/** Tokens of keys that do not exist, each from another address and on a new connection, without pause. */
export class Flood {
  #stopped = false;
  #loops;

  /** How many were sent. */
  sent = 0;
  /** How many were answered with anything but a refusal. */
  wrong = [];

  /** @param {() => Promise<string>} like gives a token that is good but for its key */
  constructor(url, like, foreign) {
    this.#loops = Array.from({ length: CONNECTIONS }, () => this.#loop(url, like, foreign));
  }

  async #loop(url, like, foreign) {
    const good = await like();
    while (!this.#stopped) {
      const token = await resigned(good, foreign, { header: { kid: randomUUID() } });
      const agent = connectionFrom(`127.${randomInt(1, 250)}.${randomInt(250)}.${randomInt(1, 250)}`);
      const { status } = await callOver(agent, url, token).catch((error) => ({ status: error.message }));
      agent.destroy();
      this.sent++;
      if (![401, 429, 503].includes(status)) {
        this.wrong.push(String(status));
      }
    }
  }

  /** Ends it and waits for the last answers. */
  async stop() {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }
}

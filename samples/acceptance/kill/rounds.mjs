import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { until, within } from '../kit/waiting.mjs';
import { CONNECTIONS, Journal, Load } from './load.mjs';

/** Fewer connections than this waiting for an answer at the kill make the round worthless. */
const CONNECTIONS_MIN = 32;

/** The kill comes at a random instant within this time of full load, in milliseconds. */
const LOAD_MILLIS_MAX = 800;

/** One round in so many begins with a kill while the gateway starts, at a random instant of that start. */
const START_KILLS = 5;

/** In this time every connection must have had its first answer, and must have broken after the kill, in seconds. */
const LOAD_SECONDS_MAX = 20;

/** The gateway's life between two kills. */
export class Rounds {
  #gateway;
  #issuer;
  #random;
  #startMillis = 0;

  journal = new Journal();
  /** Longest start of a round, in milliseconds. */
  startMillisMax = 0;

  constructor(gateway, issuer, random) {
    this.#gateway = gateway;
    this.#issuer = issuer;
    this.#random = random;
  }

  /** Starts the gateway on the log as the last kill left it; the log must verify. */
  async start() {
    const begin = performance.now();
    await this.#gateway.spawn().serving();
    this.#startMillis = performance.now() - begin;
    this.startMillisMax = Math.max(this.startMillisMax, this.#startMillis);
    const { code, text } = await this.#gateway.verify();
    assert.equal(code, 0, text);
  }

  /** One round: start, load, kill. */
  async run(round) {
    if (this.#startMillis > 0 && Math.floor(this.#random() * START_KILLS) === 0) {
      this.#gateway.spawn();
      await pause(this.#random() * this.#startMillis);
      await this.#gateway.kill();
    }
    await this.start();
    const load = new Load(this.#gateway.url, await this.#issuer.token(round), round, this.journal);
    await until('an answer on every connection', LOAD_SECONDS_MAX, () => load.answered === CONNECTIONS);
    await pause(this.#random() * LOAD_MILLIS_MAX);
    const waiting = load.waiting;
    load.mayBreak = true;
    await this.#gateway.kill();
    await within(LOAD_SECONDS_MAX, 'every connection breaks', load.ended);
    assert.ok(waiting >= CONNECTIONS_MIN, `only ${waiting} connections waited for an answer`);
    assert.ok(load.acknowledged >= CONNECTIONS, `only ${load.acknowledged} calls were acknowledged`);
  }
}

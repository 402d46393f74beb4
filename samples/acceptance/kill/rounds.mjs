import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { until, within } from '../kit/waiting.mjs';
import { CONNECTIONS, Journal, Load, toolCalls } from './load.mjs';
import { MODEL_CONNECTIONS, modelCalls } from './models.mjs';

/** Fewer connections than this waiting for an answer at the kill make the round worthless. */
const CONNECTIONS_MIN = 32;

/** The same of the connections that call models: some rest, since their budget is used up. */
const MODEL_CONNECTIONS_MIN = 4;

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
  #money;
  #startMillis = 0;

  /** Calls of tools. */
  journal = new Journal();
  /** Calls of models. */
  models = new Journal();
  /** How often the gateway was killed. */
  kills = 0;
  /** Longest start of a round, in milliseconds. */
  startMillisMax = 0;

  constructor(gateway, issuer, money, random) {
    this.#gateway = gateway;
    this.#issuer = issuer;
    this.#money = money;
    this.#random = random;
  }

  /** Starts the gateway on the log as the last kill left it; the log must verify, and the ledger have forgotten nothing. */
  async start() {
    const begin = performance.now();
    await this.#gateway.spawn().serving();
    this.#startMillis = performance.now() - begin;
    this.startMillisMax = Math.max(this.startMillisMax, this.#startMillis);
    const { code, text } = await this.#gateway.verify();
    assert.equal(code, 0, text);
    await this.#money.requireKept(this.models);
  }

  /** One round: start, load, kill. */
  async run(round) {
    if (this.#startMillis > 0 && Math.floor(this.#random() * START_KILLS) === 0) {
      this.#gateway.spawn();
      await pause(this.#random() * this.#startMillis);
      await this.#gateway.kill();
    }
    await this.start();
    const tools = new Load(toolCalls(this.#gateway.url, await this.#issuer.token(round)), round, this.journal);
    await until('an answer of a tool on every connection', LOAD_SECONDS_MAX, () => tools.answered === CONNECTIONS);
    const models = new Load(modelCalls(this.#gateway.url, this.#money.keys), round, this.models);
    await until('an answer of a model on every connection', LOAD_SECONDS_MAX, () => models.answered === MODEL_CONNECTIONS);
    await pause(this.#random() * LOAD_MILLIS_MAX);
    const waiting = { tools: tools.waiting, models: models.waiting };
    tools.mayBreak = true;
    models.mayBreak = true;
    this.kills++;
    await this.#gateway.kill();
    await within(LOAD_SECONDS_MAX, 'every connection breaks', Promise.all([tools.ended, models.ended]));
    assert.ok(waiting.tools >= CONNECTIONS_MIN, `only ${waiting.tools} connections waited for an answer`);
    assert.ok(tools.acknowledged >= CONNECTIONS, `only ${tools.acknowledged} calls were acknowledged`);
    assert.ok(waiting.models >= MODEL_CONNECTIONS_MIN, `only ${waiting.models} connections waited for a model`);
  }
}

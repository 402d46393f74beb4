// Every protocol of agents at every provider: what the SDK of the one gets when the other answers.

import assert from 'node:assert/strict';
import { within } from '../kit/waiting.mjs';
import { Chat } from './protocols/chat.mjs';
import { Gemini } from './protocols/gemini.mjs';
import { Messages } from './protocols/messages.mjs';
import { Responses } from './protocols/responses.mjs';
import { weatherOf } from './protocols/weather.mjs';
import { RETRY_SECONDS } from './provider.mjs';
import { CELLS, NATIVE, TARGETS, alias, aliasOf } from './targets.mjs';
import { newTrace, refused } from './world.mjs';

const PROTOCOLS = { chat: Chat, responses: Responses, messages: Messages, gemini: Gemini };

/** One red pixel. */
const PICTURE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';

/** How long the provider may have to wait until it sees that the agent has gone, in seconds. */
const LEFT_SECONDS_MAX = 20;

/** One protocol at one provider: its calls, and what audit log and ledger must say of each. */
class Cell {
  constructor(world, protocol, target) {
    this.name = `${protocol} at ${target}`;
    this.client = new PROTOCOLS[protocol](world.origin, world.key);
    this.alias = aliasOf(protocol, target);
    this.target = target;
    this.isNative = NATIVE[protocol].includes(target);
    this.door = world.door;
    /** @type {{trace: string, usage?: object, status: string, isEstimated?: boolean}[]} */
    this.expected = [];
  }

  /** A question in a trace of its own. */
  ask(text, more = {}) {
    return { model: this.alias, text, trace: newTrace(), ...more };
  }

  /** A question whose counts the provider will not say, so that the ledger can but estimate them: not under the cell's alias. */
  askUncounted(text) {
    return this.ask(text, { model: alias(this.target) });
  }

  /** Asks; the counts that the SDK gives are those of the provider. */
  async answered(how, ask) {
    const answer = await this.client[how](ask);
    const { input, cache_read, output, reasoning } = this.door.last.counts;
    assert.deepEqual(answer.usage, { input, cache_read, output, reasoning });
    this.expected.push({ trace: ask.trace.id, status: 'ok', usage: this.door.last.counts });
    return answer;
  }

  /** Asks for what ends badly; gives the error that the SDK throws. */
  async failed(how, ask, outcome) {
    const error = await refused(() => this.client[how](ask));
    this.expected.push({ trace: ask.trace.id, status: outcome, isEstimated: outcome === 'stream_broken' });
    return error;
  }

  /** The same, of an error that the provider answers with: in its own words where these are of the agent's protocol. */
  async answeredWithError(how, ask, status, words) {
    const error = await this.failed(how, ask, 'provider_refused');
    assert.equal(error.status, status, String(error));
    assert.match(error.message, this.isNative ? words : /The model provider/);
    return error;
  }
}

const CASES = {
  async whole(cell) {
    const answer = await cell.answered('whole', cell.ask('hello'));
    assert.equal(answer.text, 'Hello, this is a longer answer in several pieces.');
    assert.equal(answer.end, 'end');
    assert.ok(`${cell.door.last.path} ${cell.door.last.body}`.includes(TARGETS[cell.target].model.split(':')[0]));
  },
  async streamed(cell) {
    const answer = await cell.answered('streamed', cell.ask('hello'));
    assert.equal(answer.text, 'Hello, this is a longer answer in several pieces.');
    assert.equal(answer.end, 'end');
  },
  tools: (cell) => toolsCalled(cell, 'weather', ['Bern']),
  'parallel tools': (cell) => toolsCalled(cell, 'compare', ['Bern', 'Oslo']),
  async image(cell) {
    const answer = await cell.answered('whole', cell.ask('picture', { image: PICTURE }));
    assert.equal(answer.text, 'A red dot.');
    assert.equal(cell.door.last.body.split(PICTURE).length, 2, 'the provider got the picture once');
    assert.match(cell.door.last.body, /image\/png|"format":"png"/);
  },
  async error(cell) {
    for (const how of ['whole', 'streamed']) {
      await cell.answeredWithError(how, cell.ask('wrong'), 400, /this cannot be asked/);
    }
  },
  async '429 with Retry-After'(cell) {
    const error = await cell.answeredWithError('whole', cell.ask('busy'), 429, /slow down/);
    assert.ok([String(RETRY_SECONDS), undefined].includes(cell.client.retryAfter(error)), cell.client.retryAfter(error));
  },
  async 'cut in mid-stream'(cell) {
    const error = await cell.failed('streamed', cell.askUncounted('broken'), 'stream_broken');
    assert.ok(error instanceof Error, String(error));
  },
  async cancelled(cell) {
    const ask = cell.askUncounted('slow');
    await cell.client.left(ask);
    await within(LEFT_SECONDS_MAX, 'the provider sees that nobody listens', cell.door.last.left.promise);
    cell.expected.push({ trace: ask.trace.id, status: 'cancelled', isEstimated: true });
  },
};

/** Whole and streamed: the calls with their arguments, then the answer to what the tools said. */
async function toolsCalled(cell, text, cities) {
  for (const how of ['whole', 'streamed']) {
    const ask = cell.ask(text, { tools: true });
    const answer = await cell.answered(how, ask);
    assert.deepEqual(answer.calls.map(({ name, input }) => ({ name, input })), cities.map((city) => ({ name: 'weather', input: { city } })));
    assert.equal(answer.end, 'tools');
    const after = { answer, results: cities.map(weatherOf) };
    const told = await cell.answered(how, { ...cell.ask(text, { tools: true }), after });
    assert.equal(told.text, `Tools: ${cities.map(weatherOf).join(', ')}.`);
  }
}

/** How many cases a cell has, those of its ledger and its audit included. */
export const CASES_PER_CELL = Object.keys(CASES).length + 2;

/** Runs all cells; gives them, for ledger and audit. */
export async function matrix(cases, world) {
  const cells = Object.entries(CELLS).flatMap(([protocol, targets]) => targets.map((target) => new Cell(world, protocol, target)));
  for (const cell of cells) {
    for (const [name, body] of Object.entries(CASES)) {
      await cases.run(`${cell.name}: ${name}`, () => body(cell));
    }
  }
  return cells;
}

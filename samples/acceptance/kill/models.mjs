// Calls of models while the gateway is killed: who calls, what it costs, and the provider.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Pause of the provider before an answer and between the events of a stream, in milliseconds: a kill shall meet them. */
const PROVIDER_MILLIS = 5;

/** How long a connection rests that was refused, in milliseconds. */
const REST_MILLIS = 50;

/** Most tokens of an answer, in each request. */
const OUTPUT_MAX = 300;

/** What the gateway takes a provider to add to a request at most, in tokens. */
const ADDED = 1024;
const MILLION = 1_000_000n;

/**
 * Who calls: each has a virtual key, an alias of the same name and a price of its own. All calls of one cost the same, so that
 * it can be said to the nano-USD what the ledger must have of calls of which the log has lost the end. Prices are nano-USD for
 * a million tokens.
 */
export const PAYERS = {
  ample: { tenant: 'acme', connections: 5, counts: { input: 101, output: 37 }, prices: { input: 2_500_000_003n, output: 10_000_000_011n } },
  other: { tenant: 'acme', connections: 3, counts: { input: 211, output: 53 }, prices: { input: 300_000_017n, output: 15_000_000_029n } },
  scarce: { tenant: 'globex', connections: 4, counts: { input: 97, output: 41 }, prices: { input: 1_100_000_053n, output: 4_400_000_059n } },
};

/** The payer whose budget is used up. */
export const SCARCE = 'scarce';

/** How many calls at their dearest that budget has room for. */
const SCARCE_CALLS = 60n;

/** Of all payers together. */
export const MODEL_CONNECTIONS = Object.values(PAYERS).reduce((all, { connections }) => all + connections, 0);

const SEATS = Object.entries(PAYERS).flatMap(([name, { connections }]) => Array(connections).fill(name));

/** What one call costs, in nano-USD: rounded up, once. */
export const costOf = (payer) => priced(payer, PAYERS[payer].counts.input, PAYERS[payer].counts.output);

/** What is set aside for one call: a token for each byte of the request. */
export const mostOf = (payer) =>
  priced(payer, Buffer.byteLength(bodyOf(payer, '0'.repeat(32), false)) + ADDED, OUTPUT_MAX);

/** What the scarce payer may spend, in nano-USD. */
export const scarceLimit = () => SCARCE_CALLS * mostOf(SCARCE);

function priced(payer, input, output) {
  const { prices } = PAYERS[payer];
  return (BigInt(input) * prices.input + BigInt(output) * prices.output + MILLION - 1n) / MILLION;
}

/** Nano-USD as US dollars, in text. */
export function usd(nanoUsd) {
  const digits = nanoUsd.toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** Streamed or not, it is as long: as much is set aside for either. */
function bodyOf(payer, trace, streamed) {
  const body = { model: payer, messages: [{ role: 'user', content: trace }], max_tokens: OUTPUT_MAX };
  return `${JSON.stringify(body).slice(0, -1)},"stream":${streamed ? ' true' : 'false'}}`;
}

const isStreamed = (call) => call % 2 === 0;

/** The calls of all payers, for `Load`: whole and streamed by turns. */
export const modelCalls = (url, keys) => ({
  connections: MODEL_CONNECTIONS,
  number: 1000,
  rest: REST_MILLIS,
  what: (connection) => SEATS[connection],
  request: (payer, trace, call) => modelCall(url, keys[payer], payer, trace, call),
  verdict: (answer, trace, call) => (isStreamed(call) ? ofStream(answer, trace) : ofWhole(answer, trace)),
});

export function modelCall(url, key, payer, trace, call) {
  const body = bodyOf(payer, trace, isStreamed(call));
  const headers = {
    Authorization: `Bearer ${key}`,
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': 'application/json',
    traceparent: `00-${trace}-00000000000000aa-01`,
  };
  return { url: new URL('/v1/chat/completions', url), headers, body };
}

/** What a budget says once it is spent, and while the calls of others hold what it has left. */
const REFUSALS = ['insufficient_quota', 'rate_limit_exceeded'];

export function ofWhole({ status, body }, trace) {
  const message = status === 200 || status === 429 ? JSON.parse(body) : undefined;
  if (status === 429 && REFUSALS.includes(message.error?.code)) {
    return 'refused';
  }
  return message?.choices?.[0]?.message?.content === trace ? 'acknowledged' : `HTTP ${status} ${body}`;
}

function ofStream(answer, trace) {
  if (answer.status !== 200) {
    return ofWhole(answer, trace);
  }
  const data = answer.body.split('\n\n').filter((each) => each !== '');
  const chunks = data.slice(0, -1).map((each) => JSON.parse(each.replace(/^data: /, '')));
  const text = chunks.map(({ choices }) => choices[0]?.delta?.content ?? '').join('');
  return data.at(-1) === 'data: [DONE]' && text === trace ? 'acknowledged' : `a stream of ${answer.body}`;
}

/** Answers with the text of the request, whole or in pieces, and counts what it was asked. */
export class CountingProvider {
  #server;

  /** Trace id to how often it came. */
  received = new Map();

  static async start() {
    const provider = new CountingProvider();
    provider.#server = createServer((request, response) => provider.#handle(request, response)).listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    return provider;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/v1`;
  }

  async #handle(request, response) {
    try {
      const { model, messages, stream } = JSON.parse(Buffer.concat(await request.toArray()));
      const [{ content: trace }] = messages;
      this.received.set(trace, (this.received.get(trace) ?? 0) + 1);
      await pause(PROVIDER_MILLIS);
      await (stream ? streamed(response, model, trace) : whole(response, model, trace));
    } catch {
      response.destroy(); // the gateway was killed while it sent
    }
  }
}

function usage(model) {
  const { input, output } = PAYERS[model.replace('model-', '')].counts;
  return { prompt_tokens: input, completion_tokens: output, total_tokens: input + output };
}

function whole(response, model, content) {
  const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }];
  const body = { id: 'c', object: 'chat.completion', created: 1, model, choices, usage: usage(model) };
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

async function streamed(response, model, content) {
  const chunk = (more) => `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, ...more })}\n\n`;
  const choices = (delta, finish_reason = null) => ({ choices: [{ index: 0, delta, finish_reason }] });
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  for (const piece of content.match(/.{8}/g)) {
    response.write(chunk(choices({ content: piece })));
    await pause(PROVIDER_MILLIS);
  }
  response.write(chunk(choices({}, 'stop')));
  response.end(`${chunk({ choices: [], usage: usage(model) })}data: [DONE]\n\n`);
}

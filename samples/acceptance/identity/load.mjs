import { Agent, request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

/** Connections that call. */
const CONNECTIONS = 12;

/** Pause between two calls of a connection, in milliseconds: it is behaviour that counts here, not speed. */
const PAUSE_MILLIS = 4;

/** Where good callers call from, and where those come from who try: the gateway tells sources apart by their address. */
const GOOD_ADDRESS = '127.0.0.1';
const BAD_ADDRESS = '127.0.0.2';

/** A bad token may be refused for itself, because too many from that address were bad, or because its keys cannot be had now. */
const REFUSALS = [401, 429, 503];

/** One connection that is kept open. */
export const connectionFrom = (localAddress) => new Agent({ keepAlive: true, maxSockets: 1, localAddress });

/** One JSON-RPC call; the libraries would hide what counts here. */
export function callOver(agent, url, token, more = {}) {
  const text = randomBytes(8).toString('hex');
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name: 'echo__echo',
      arguments: { text },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  });
  const headers = {
    Accept: 'application/json, text/event-stream',
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': 'application/json',
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': 'echo__echo',
    ...more,
  };
  return new Promise((resolve, reject) => {
    const ask = String(url).startsWith('https:') ? secureRequest : request;
    const outgoing = ask(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString('utf8');
        const done = response.statusCode === 200 && JSON.parse(answer).result?.content?.[0]?.text === text;
        resolve({ status: response.statusCode, headers: response.headers, done, answer });
      });
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/**
 * Calls without end, on each connection with what `next` gives it: a token, and whether it is good (undefined: nobody can
 * say). That is asked before the call and again when the answer is there; where the two differ, no answer is wrong.
 */
export class Load {
  #stopped = false;
  #loops;

  /** Calls that were answered as they should be, by kind of token. */
  right = new Map();
  /** Good tokens that were refused. */
  needless = [];
  /** Bad tokens that were let in. */
  wrong = [];
  /** How many were turned away of which nobody could say whether they are good. */
  undecided = 0;

  /** @param {(connection: number) => Promise<{kind: string, token: string, isGood: () => boolean|undefined}>} next */
  constructor(url, next) {
    this.#loops = Array.from({ length: CONNECTIONS }, (_, connection) => this.#loop(url, next, connection));
  }

  /** How many calls were answered as they should be. */
  get total() {
    return [...this.right.values()].reduce((sum, each) => sum + each, 0);
  }

  /** Ends it and waits for the last answers. */
  async stop() {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  get summary() {
    return [...this.right].map(([kind, count]) => `${count} ${kind}`).join(', ');
  }

  async #loop(url, next, connection) {
    const [good, bad] = [GOOD_ADDRESS, BAD_ADDRESS].map((address) => connectionFrom(address));
    while (!this.#stopped) {
      const { kind, token, isGood } = await next(connection);
      const before = isGood();
      const got = await callOver(before === false ? bad : good, url, token).catch((error) => ({ status: error.message, done: false }));
      const after = isGood();
      if (before === true && after === true && !got.done) {
        this.needless.push(`${kind}: ${got.status} ${got.answer ?? ''}`);
      } else if (before === false && after === false && !REFUSALS.includes(got.status)) {
        this.wrong.push(`${kind}: ${got.status} ${got.answer ?? ''}`);
      } else if ((before === undefined || after === undefined) && !got.done) {
        this.undecided++;
      } else {
        this.right.set(kind, (this.right.get(kind) ?? 0) + 1);
      }
      await pause(PAUSE_MILLIS);
    }
    good.destroy();
    bad.destroy();
  }
}

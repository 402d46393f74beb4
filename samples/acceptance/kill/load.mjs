import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** Calls of tools: as many connections, without pause. */
export const CONNECTIONS = 48;

/** The tools that are called in turn. */
export const TOOLS = ['read', 'write'];

/** All calls of a run: those that were acknowledged or refused, and what was answered wrongly. */
export class Journal {
  /** Trace id to what was called. A call stands here once its whole answer was read. */
  acknowledged = new Map();
  /** Trace id to what was called, of calls that were refused as they should be. */
  refused = new Map();
  /** Answers that were not what they should be. */
  wrong = [];

  /** Puts down how a call ended; `verdict` is a name of what is above, or what was wrong. */
  put(trace, what, verdict) {
    if (verdict === 'acknowledged' || verdict === 'refused') {
      this[verdict].set(trace, what);
    } else {
      this.wrong.push(`${trace}: ${verdict}`);
    }
  }
}

/**
 * What is called: `connections` of them, each `what(connection, call)` in turn, by `request(what, trace, call)`, whose answer
 * `verdict(answer, trace, call)` judges; `rest` is the pause after a refusal, in milliseconds.
 */
export const toolCalls = (url, token) => ({
  connections: CONNECTIONS,
  number: 0,
  rest: 0,
  what: (_, call) => TOOLS[call % TOOLS.length],
  request: (tool, trace, id) => toolCall(new URL(url), token, tool, trace, id),
  verdict({ status, body }, trace, id) {
    const message = status === 200 ? JSON.parse(body) : undefined;
    const isOwn = message?.id === id && message.result?.content?.[0]?.text === trace;
    return isOwn ? 'acknowledged' : `HTTP ${status} ${body}`;
  },
});

/**
 * The clients of one round: from a start of the gateway to its end. One asks alone first, the others when it has its answer: many
 * who are not known yet, at a gateway that has just started on a slow machine, are told to come again, which is right.
 */
export class Load {
  #calls;
  #round;
  #journal;
  #loops;

  /** Connections that have had an answer. */
  answered = 0;
  /** Connections that wait for an answer. */
  waiting = 0;
  /** Calls acknowledged in this round. */
  acknowledged = 0;
  /** Set just before the gateway is killed: a connection that breaks earlier is a finding. */
  mayBreak = false;

  /** @param {object} calls what is called, see `toolCalls` */
  constructor(calls, round, journal) {
    this.#calls = calls;
    this.#round = round;
    this.#journal = journal;
    const first = Promise.withResolvers();
    this.#loops = Array.from({ length: calls.connections }, (_, connection) =>
      connection === 0 ? this.#loop(connection, first.resolve) : first.promise.then(() => this.#loop(connection)),
    );
  }

  /** Settled when every connection has broken. */
  get ended() {
    return Promise.all(this.#loops);
  }

  /** @param {function} [then] called once the first call has ended, however it did */
  async #loop(connection, then) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let call = 1; ; call++) {
      const trace = traceOf(this.#round, this.#calls.number + connection, call);
      const what = this.#calls.what(connection, call);
      let answer;
      this.waiting++;
      try {
        answer = await post(agent, this.#calls.request(what, trace, call));
      } catch (error) {
        agent.destroy();
        if (!this.mayBreak) {
          this.#journal.wrong.push(`${trace}: the connection broke before the kill: ${error.message}`);
        }
        return; // this call was not acknowledged
      } finally {
        this.waiting--;
        then?.();
      }
      const verdict = this.#calls.verdict(answer, trace, call);
      this.#journal.put(trace, what, verdict);
      this.acknowledged += verdict === 'acknowledged' ? 1 : 0;
      this.answered += call === 1 ? 1 : 0;
      if (verdict === 'refused') {
        await pause(this.#calls.rest);
      }
    }
  }
}

/** The trace of a call, another one for each. */
export function traceOf(round, connection, call) {
  return [round, connection, call]
    .map((each) => each.toString(16).padStart(8, '0'))
    .join('')
    .padStart(32, '0');
}

/** Header fields and body of a call. */
export function post(agent, { url, headers, body }) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function toolCall(url, token, tool, trace, id) {
  const name = `echo__${tool}`;
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name,
      arguments: { text: trace },
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        traceparent: `00-${trace}-00000000000000aa-01`,
      },
    },
  });
  const headers = {
    Accept: 'application/json, text/event-stream',
    Authorization: `Bearer ${token}`,
    'Content-Length': Buffer.byteLength(body),
    'Content-Type': 'application/json',
    'MCP-Protocol-Version': '2026-07-28',
    'Mcp-Method': 'tools/call',
    'Mcp-Name': name,
  };
  return { url, headers, body };
}

import { Agent, request } from 'node:http';

/** Connections that call without pause. */
export const CONNECTIONS = 48;

/** The tools that are called in turn. */
export const TOOLS = ['read', 'write'];

/** All calls of a run: those that were acknowledged, and what was answered wrongly. */
export class Journal {
  /** Trace id to tool. A call stands here once its whole answer was read. */
  acknowledged = new Map();
  /** Answers that were not what they should be. */
  wrong = [];
}

/** The clients of one round: from a start of the gateway to its end. */
export class Load {
  #url;
  #token;
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

  constructor(url, token, round, journal) {
    this.#url = new URL(url);
    this.#token = token;
    this.#round = round;
    this.#journal = journal;
    this.#loops = Array.from({ length: CONNECTIONS }, (_, connection) => this.#loop(connection));
  }

  /** Settled when every connection has broken. */
  get ended() {
    return Promise.all(this.#loops);
  }

  async #loop(connection) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let call = 1; ; call++) {
      const trace = [this.#round, connection, call]
        .map((each) => each.toString(16).padStart(8, '0'))
        .join('')
        .padStart(32, '0');
      const tool = TOOLS[call % TOOLS.length];
      let answer;
      this.waiting++;
      try {
        answer = await this.#post(agent, call, trace, tool);
      } catch (error) {
        agent.destroy();
        if (!this.mayBreak) {
          this.#journal.wrong.push(`${trace}: the connection broke before the kill: ${error.message}`);
        }
        return; // this call was not acknowledged
      } finally {
        this.waiting--;
      }
      this.#take(answer, call, trace, tool);
      this.answered += call === 1 ? 1 : 0;
    }
  }

  #take({ status, body }, call, trace, tool) {
    const message = status === 200 ? JSON.parse(body) : undefined;
    if (message?.id === call && message.result?.content?.[0]?.text === trace) {
      this.#journal.acknowledged.set(trace, tool);
      this.acknowledged++;
    } else {
      this.#journal.wrong.push(`${trace}: HTTP ${status} ${body}`);
    }
  }

  #post(agent, id, trace, tool) {
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
      Authorization: `Bearer ${this.#token}`,
      'Content-Length': Buffer.byteLength(body),
      'Content-Type': 'application/json',
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'tools/call',
      'Mcp-Name': name,
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(this.#url, { method: 'POST', agent, headers }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', reject);
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

import { createServer } from 'node:http';
import { once } from 'node:events';

const INPUT = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };
const tool = (name) => ({ name, description: 'Answers with the text.', inputSchema: INPUT });
const META = { 'io.modelcontextprotocol/serverInfo': { name: 'echo', version: '1.0.0' } };

const ANSWERS = (tools) => ({
  'server/discover': () => ({
    supportedVersions: ['2026-07-28'],
    capabilities: { tools: {} },
    ttlMs: 60_000,
    cacheScope: 'public',
  }),
  'tools/list': () => ({ tools: tools.map(tool), ttlMs: 60_000, cacheScope: 'public' }),
  'tools/call': ({ arguments: { text } }) => ({ content: [{ type: 'text', text }] }),
});

/** Of calls beyond so many characters only the last is kept. */
const KEPT_CHARS_MAX = 1_000_000;

/** The least of an MCP server of 2026-07-28: tools that all answer with their argument `text`. */
export class EchoUpstream {
  #server;
  #answers;
  #door;

  /** Trace ids of the calls that were received. */
  received = new Set();
  /** The newest call: its header fields and `params`. */
  last;
  /** All header fields and bodies of calls, as one text. */
  everything = '';

  constructor(tools, door) {
    this.#answers = ANSWERS(tools);
    this.#door = door;
  }

  /** @param {function} [door] sees request, response and message first; gives true where it has answered itself */
  static async start(tools, door = async () => false) {
    const upstream = new EchoUpstream(tools, door);
    upstream.#server = createServer((request, response) => upstream.#handle(request, response)).listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  #keep(headers, params) {
    if (this.everything.length < KEPT_CHARS_MAX) {
      this.everything += JSON.stringify([headers, params]);
    }
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}/mcp`;
  }

  #handle(request, response) {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const message = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks));
      if (await this.#door(request, response, message)) {
        return;
      }
      const { id, method, params } = message;
      if (method === 'tools/call') {
        this.received.add(params._meta?.traceparent?.split('-')[1]);
        this.last = { headers: request.headers, params };
        this.#keep(request.headers, params);
      }
      const answer = this.#answers[method]?.(params);
      const body = answer
        ? { jsonrpc: '2.0', id, result: { resultType: 'complete', ...answer, _meta: META } }
        : { jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } };
      response.writeHead(answer ? 200 : 404, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    });
  }
}

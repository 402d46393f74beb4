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
  #guard;

  /** Trace ids of the calls that were received. */
  received = new Set();
  /** The newest call: its header fields and `params`. */
  last;
  /** All header fields and bodies of calls, as one text. */
  everything = '';

  constructor(tools, guard) {
    this.#answers = ANSWERS(tools);
    this.#guard = guard;
  }

  /** @param {function} [guard] whether a request with these header fields is answered, and not with 401 */
  static async start(tools, guard = async () => true) {
    const upstream = new EchoUpstream(tools, guard);
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
      if (!(await this.#guard(request.headers))) {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end();
        return;
      }
      const { id, method, params } = JSON.parse(Buffer.concat(chunks));
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

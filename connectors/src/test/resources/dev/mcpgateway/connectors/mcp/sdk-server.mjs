// A server made with the TypeScript SDK of 2026-07-28, for the tests against servers that we did not write.
// node sdk-server.mjs NODE_MODULES http reject|stateless   or   node sdk-server.mjs NODE_MODULES stdio
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [modules, transport, legacy] = process.argv.slice(2);
const load = path => import(pathToFileURL(`${modules}/${path}`).href);
const { McpServer, createMcpHandler, fromJsonSchema } = await load('@modelcontextprotocol/server/dist/index.mjs');

function server() {
  const server = new McpServer({ name: 'sdk-server', version: '1.0.0' }, { capabilities: { tools: { listChanged: true } } });
  const echo = fromJsonSchema({
    type: 'object',
    properties: { text: { type: 'string', 'x-mcp-header': 'Text' }, n: { type: 'integer', 'x-mcp-header': 'N' } }
  });
  server.registerTool('echo', { description: 'echo', inputSchema: echo }, async args => ({
    content: [{ type: 'text', text: JSON.stringify(args) }]
  }));
  server.registerTool('slow', { description: 'slow', inputSchema: fromJsonSchema({ type: 'object' }) }, async (_, ctx) => {
    for (let i = 1; i <= 3; i++) {
      await new Promise(done => setTimeout(done, 100));
      const progressToken = ctx.mcpReq._meta?.progressToken;
      if (progressToken !== undefined) {
        await ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken, progress: i, total: 3 } });
      }
    }
    return { content: [{ type: 'text', text: 'done' }] };
  });
  server.registerTool('hang', { description: 'hang', inputSchema: fromJsonSchema({ type: 'object' }) }, (_, ctx) =>
    new Promise((done, failed) => {
      ctx.mcpReq.signal.addEventListener('abort', () => {
        console.error('CANCELLED');
        failed(new Error('cancelled'));
      });
    })
  );
  return server;
}

if (transport === 'stdio') {
  const { serveStdio } = await load('@modelcontextprotocol/server/dist/stdio.mjs');
  serveStdio(server);
} else {
  const handler = createMcpHandler(server, { legacy });
  const http = createServer(async (req, res) => {
    const chunks = [];
    for await (const chunk of req) chunks.push(chunk);
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    const request = new Request(`http://127.0.0.1${req.url}`, {
      method: req.method,
      headers: req.headers,
      body: chunks.length ? Buffer.concat(chunks) : undefined,
      signal: gone.signal
    });
    const response = await handler.fetch(request);
    res.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body) {
      try {
        for await (const chunk of response.body) res.write(chunk);
      } catch {
        // the client has gone
      }
    }
    res.end();
  });
  http.listen(0, '127.0.0.1', () => console.log(`PORT ${http.address().port}`));
  process.stdin.on('end', () => process.exit(0)).resume();
  setInterval(() => handler.notify.toolsChanged(), 500).unref();
}

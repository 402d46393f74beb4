// The "client" that the suite's client scenarios test: the gateway. The suite starts this program with the address of its
// server as last argument; it starts the gateway before that server and does, as an agent of the gateway, what the
// scenario expects of a client. What reaches the suite's server is then the gateway's doing.
//
// node drive.mjs modern|legacy FOLDER SERVER_URL     (the era that the agent speaks; the server speaks 2026-07-28)

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Gateway } from '../../acceptance/kit/gateway.mjs';
import { until } from '../../acceptance/kit/waiting.mjs';
import { SCENARIOS } from './scenarios.mjs';

/** How long the gateway may take until it has read the server's lists, in seconds. */
const LISTS_SECONDS_MAX = 10;

/** Whatever hangs, hangs no longer than this, in seconds; the suite kills only the shell around this program. */
const SECONDS_MAX = 50;

const [era, folder, server] = process.argv.slice(2);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

const suite = createRequire(resolve(import.meta.dirname, '../target/suite/package.json'));
const { Client, StreamableHTTPClientTransport } = await import(
  pathToFileURL(suite.resolve('@modelcontextprotocol/client')).href
);

/** An agent that can answer every question a server may have. */
function agentOf(gateway) {
  const agent = new Client(
    { name: 'conformance-driver', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: {} }, sampling: {}, roots: {} },
      versionNegotiation: { mode: era === 'modern' ? { pin: '2026-07-28' } : 'legacy' },
    },
  );
  agent.setRequestHandler('sampling/createMessage', () => ({
    role: 'assistant',
    model: 'none',
    content: { type: 'text', text: 'sampled' },
  }));
  agent.setRequestHandler('roots/list', () => ({ roots: [] }));
  agent.setRequestHandler('elicitation/create', async () => {
    await agent.whenAsked?.();
    return { action: 'accept', content: { confirmed: true } };
  });
  agent.listed = (method, member) =>
    until(`the gateway lists ${member}`, LISTS_SECONDS_MAX, async () => {
      const all = await agent[method](undefined, { cacheMode: 'refresh' });
      return all[member].length > 0 && all[member];
    });
  return agent.connect(new StreamableHTTPClientTransport(new URL(gateway.url))).then(() => agent);
}

async function drive() {
  const home = join(folder, `gateway-${scenario}`);
  rmSync(home, { recursive: true, force: true });
  const gateway = new Gateway(home, new URL('..', import.meta.url), { UPSTREAM: server, ERA: 'auto' });
  await gateway.spawn().serving();
  try {
    const agent = await agentOf(gateway);
    await SCENARIOS[scenario](agent, context);
    await agent.close();
  } finally {
    await gateway.stop();
  }
}

setTimeout(() => {
  console.error(`not within ${SECONDS_MAX} s`);
  process.exit(1);
}, SECONDS_MAX * 1000).unref();

await drive();
process.exit(0);

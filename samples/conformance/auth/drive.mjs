// The "client" that the suite's auth scenarios test: the gateway, which gets users' tokens for the suite's server. The suite
// starts this program with the address of that server as last argument. It starts an issuer with one user and a gateway, calls
// the server's tool as an agent of that user, and is the user's browser where the gateway asks for consent.
//
// node drive.mjs FOLDER SERVER_URL

import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Gateway } from '../../acceptance/kit/gateway.mjs';
import { Browser } from './browser.mjs';
import { Issuer } from './issuer.mjs';
import { SCENARIOS } from './scenarios.mjs';

/** Whatever hangs, hangs no longer than this, in seconds; the suite kills only the shell around this program. */
const SECONDS_MAX = 50;

/** A user is asked no more often than this for one call. */
const CONSENTS_MAX = 5;

const [folder, server] = process.argv.slice(2);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const modern = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION === '2026-07-28';

const suite = createRequire(resolve(import.meta.dirname, '../target/suite/package.json'));
const { Client, StreamableHTTPClientTransport } = await import(
  pathToFileURL(suite.resolve('@modelcontextprotocol/client')).href
);

/** Statuses of the last pages that the user saw. */
const pages = [];

async function consent(url) {
  if (pages.length < CONSENTS_MAX) {
    pages.push(await new Browser().open(url));
  }
  return { action: pages.at(-1) === 200 && pages.length < CONSENTS_MAX ? 'accept' : 'cancel' };
}

/** An agent of the user that can show pages, of the era that the suite's server speaks. */
async function agentOf(gateway, token) {
  const agent = new Client(
    { name: 'conformance-driver', version: '1.0.0' },
    {
      capabilities: { elicitation: { url: {} } },
      versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' },
    },
  );
  agent.setRequestHandler('elicitation/create', ({ params }) => consent(params.url));
  const headers = { Authorization: `Bearer ${token}` };
  await agent.connect(new StreamableHTTPClientTransport(new URL(gateway.url), { requestInit: { headers } }));
  return agent;
}

/** Calls the tool, and once more after each consent that an older agent is told of by an error. */
async function call(agent) {
  for (;;) {
    try {
      return await agent.callTool({ name: 'server__test-tool', arguments: {} });
    } catch (error) {
      const url = error.data?.elicitations?.[0]?.url;
      if (url === undefined || (await consent(url)).action !== 'accept') {
        return { isError: true, content: [{ type: 'text', text: String(error) }] };
      }
    }
  }
}

async function drive() {
  const { credential, play } = SCENARIOS[scenario];
  const home = join(folder, `gateway-${scenario.replace('/', '-')}`);
  rmSync(home, { recursive: true, force: true });
  const issuer = await Issuer.start('ann');
  const gateway = new Gateway(home, new URL('.', import.meta.url), {
    ISSUER: issuer.url,
    UPSTREAM: server,
    CREDENTIAL: JSON.stringify(await credential(server, context, home)),
  });
  await gateway.spawn().serving();
  try {
    const agent = await agentOf(gateway, issuer.accessToken());
    await play({ call: () => call(agent), pages, agent });
    await agent.close();
  } finally {
    await gateway.stop();
    issuer.stop();
  }
}

setTimeout(() => {
  console.error(`not within ${SECONDS_MAX} s`);
  process.exit(1);
}, SECONDS_MAX * 1000).unref();

await drive();
process.exit(0);

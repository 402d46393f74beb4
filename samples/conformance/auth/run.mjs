// The suite's auth scenarios on the gateway, which gets users' tokens for the suite's servers. The suite runs all its
// scenarios at once; this program waits until the servers of those that are wanted are there, starts an issuer with one user
// and one gateway in front of all servers, and plays in each scenario what scenarios.mjs says.
//
// node run.mjs FOLDER REVISION PORTION SCENARIO…     (PORTION: what the suite is to run, such as "--suite backcompat")

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { Child } from '../../acceptance/kit/children.mjs';
import { Gateway } from '../../acceptance/kit/gateway.mjs';
import { Agent } from './agent.mjs';
import { Issuer } from './issuer.mjs';
import { SCENARIOS } from './scenarios.mjs';

/** How long the suite may take until its servers are there, in seconds. */
const SERVERS_SECONDS_MAX = 60;

/** How long all of it may take, in seconds. */
const SECONDS_MAX = 240;

/** So many scenarios are played at the same time. */
const PLAYED_AT_ONCE = 4;

const [folder, revision, portion, ...wanted] = process.argv.slice(2);
const modern = revision === '2026-07-28';
const suite = createRequire(resolve(import.meta.dirname, '../target/suite/package.json'));

/** Who waits for the end of which scenario, in the order of their coming. */
const waiting = new Map();
let allThere;
const all = new Promise((done) => (allThere = done));

/** The suite's clients ask here, and are answered when their scenario was played: with nothing, or with what went wrong. */
const desk = createServer(async (request, response) => {
  const { scenario, context, server } = JSON.parse(Buffer.concat(await request.toArray()));
  if (!wanted.includes(scenario)) {
    response.end();
    return;
  }
  waiting.set(scenario, { context, server, end: (problem) => response.end(problem) });
  if (waiting.size === wanted.length) {
    allThere();
  }
}).listen(0, '127.0.0.1');
await once(desk, 'listening');

const late = setTimeout(() => {
  console.error(`not within ${SECONDS_MAX} s`);
  process.exit(1);
}, SECONDS_MAX * 1000);

const program = join(dirname(suite.resolve('@modelcontextprotocol/conformance/package.json')), 'dist/index.js');
// relative paths: the suite cuts its command at every blank
const command = [process.execPath, join(import.meta.dirname, 'client.mjs')].map((path) => relative('.', path)).join(' ');
const suiteLog = join(folder, 'suite');
const suiteRun = new Child(
  process.execPath,
  [
    ...[program, 'client', ...portion.split(' '), '--timeout', String(SECONDS_MAX * 1000), '--output-dir', folder],
    ...['--command', `${command} ${desk.address().port}`],
  ],
  { log: suiteLog },
);
await Promise.race([all, new Promise((done) => setTimeout(done, SERVERS_SECONDS_MAX * 1000).unref()), suiteRun.ended]);

const issuer = await Issuer.start('ann');
const home = join(folder, 'gateway');
const upstreams = {};
const plays = [];
for (const [scenario, { context, server }] of waiting) {
  const alias = `s${plays.length}`;
  const { credential, play } = SCENARIOS[scenario];
  upstreams[alias] = {
    transport: 'streamable_http',
    url: server,
    allow_networks: ['127.0.0.0/8', '::1/128'], // the suite says localhost
    credential: await credential({ server, context, home, alias }),
  };
  plays.push({ scenario, alias, play });
}
const gateway = new Gateway(home, new URL('.', import.meta.url), {
  ISSUER: issuer.url,
  UPSTREAMS: JSON.stringify(upstreams),
  ALIASES: JSON.stringify(Object.keys(upstreams)),
});
await gateway.spawn({ MCP_GATEWAY_OPTS: process.env.MCP_GATEWAY_OPTS ?? '' }).serving();

async function played() {
  for (let next = plays.shift(); next !== undefined; next = plays.shift()) {
    const { scenario, alias, play } = next;
    let problem = '';
    try {
      const agent = await Agent.connect(new URL(gateway.url), alias, issuer.accessToken(), modern);
      await play(agent);
      await agent.close();
    } catch (error) {
      problem = `${error.message}`.replace(/\s+/g, ' ');
    }
    waiting.get(scenario).end(problem);
  }
}
await Promise.all(Array.from({ length: PLAYED_AT_ONCE }, played));
await suiteRun.ended;
await gateway.stop();
issuer.stop();
clearTimeout(late);

const { not_applicable } = suite('yaml').parse(
  readFileSync(new URL('../expected/auth.yml', import.meta.url), 'utf8'),
);
const started = [...readFileSync(`${suiteLog}.err`, 'utf8').matchAll(/^Starting scenario: (auth\/\S+)/gm)].map(
  ([, scenario]) => scenario,
);
const forgotten = started.filter((scenario) => !wanted.includes(scenario) && !not_applicable.includes(scenario));
if (forgotten.length > 0) {
  console.error(`neither played nor in expected/auth.yml: ${forgotten.join(' ')}`);
}
const isComplete = wanted.every((scenario) => started.includes(scenario)) && forgotten.length === 0;
process.exit(isComplete ? 0 : 1);

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { until, within } from '../kit/waiting.mjs';
import { PINNED, SDK, text } from './agents.mjs';

/** Far longer than any case waits: such a call only ends early because its server is gone, in seconds. */
const LONG_S = 300;

/** In this time a call to a dead server must have failed, in seconds. */
const FAILURE_SECONDS_MAX = 10;

/** In this time a server that came back must be in use again, in seconds. */
const RETURN_SECONDS_MAX = 30;

/** A server that dies takes nothing with it but its own calls, and is used again when it is back. */
export default async function outages(cases, world) {
  const { alice } = world.users;
  const agents = [];
  for (const flavour of [SDK, PINNED]) {
    const agent = await world.agent(flavour, alice);
    agents.push({ name: flavour.name, agent, before: await agent.list() });
  }
  const each = async (what, body) => {
    for (const one of agents) {
      await cases.run(`${one.name}: ${what}`, () => body(one.agent, one.before));
    }
  };
  const echo = async (agent, alias) => text(await agent.call(`${alias}__echo`, { message: 'still here' }));

  const cut = await Promise.all(agents.map(({ agent }) => longCall(agent)));
  await world.servers.killRemote();
  for (const [i, { name }] of agents.entries()) {
    await cases.run(
      `${name}: a call whose server is killed ends with a tool error that says it may have run`,
      async () => {
        const result = await within(FAILURE_SECONDS_MAX, 'the end of the call', cut[i].call);
        assert.equal(result.isError, true);
        assert.match(text(result), /may have run/);
      },
    );
  }
  await each('a call to the dead server is a tool error that says so', async (agent) => {
    const result = await within(FAILURE_SECONDS_MAX, 'the error', agent.call('remote__echo', { message: 'x' }));
    assert.equal(result.isError, true);
    assert.match(text(result), /cannot be reached/);
  });
  await each('the tools of the other servers go on', async (agent) => {
    assert.equal(await echo(agent, 'local'), 'Echo: still here');
  });
  await each("the dead server's tools stay in the list", async (agent, before) => {
    assert.deepEqual(await agent.list(), before);
  });
  await world.servers.startRemote();
  await each('the server is used again when it is back', async (agent) => {
    await until('an echo', RETURN_SECONDS_MAX, async () => (await echo(agent, 'remote')) === 'Echo: still here');
  });

  process.kill(childOf(world.gateway.pid, 'server-memory'), 'SIGKILL');
  await each('a killed server on standard input is started again', async (agent, before) => {
    await until('the graph', RETURN_SECONDS_MAX, async () =>
      text(await agent.call('memory__read_graph')).includes('Ada'),
    );
    assert.deepEqual(await agent.list(), before);
  });
}

/** Begins a call that would last for minutes; returns it (in an object, so that it is not awaited) once it makes progress. */
async function longCall(agent) {
  let started;
  const running = new Promise((resolve) => (started = resolve));
  const args = { duration: LONG_S, steps: LONG_S * 10 };
  const call = agent.call('remote__trigger-long-running-operation', args, { onprogress: started });
  call.catch(() => {}); // looked at later
  await within(FAILURE_SECONDS_MAX, 'the first progress', running);
  return { call };
}

/** The process that `parent` started with `word` in its command line. */
export function childOf(parent, word) {
  const line = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((each) => each.trim().split(/\s+/))
    .find(([, ppid, ...args]) => Number(ppid) === parent && args.join(' ').includes(word));
  assert.ok(line, `no child of ${parent} runs ${word}`);
  return Number(line[0]);
}

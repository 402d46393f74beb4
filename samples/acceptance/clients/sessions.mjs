import assert from 'node:assert/strict';
import { LEGACY, PINNED, SDK, text } from './agents.mjs';

/** Steps of the long-running tool, and how long it takes in all, in seconds. */
const STEPS = 5;
const DURATION_S = 2;

/** Parallel calls of each user. */
const PARALLEL_CALLS = 20;

/** What lasts longer than one answer: streams, sessions, many calls at once. */
export default async function sessions(cases, world) {
  const { alice, bob } = world.users;

  for (const flavour of [SDK, PINNED]) {
    for (const alias of ['remote', 'local']) {
      await cases.run(`${flavour.name}: progress of ${alias}'s long-running tool arrives while it runs`, async () => {
        const seen = [];
        const onprogress = ({ progress, total }) => seen.push({ progress, total, at: performance.now() });
        const agent = await world.agent(flavour, alice);
        await agent.call(
          `${alias}__trigger-long-running-operation`,
          { duration: DURATION_S, steps: STEPS },
          { onprogress },
        );
        const expected = Array.from({ length: STEPS }, (_, i) => ({ progress: i + 1, total: STEPS }));
        assert.deepEqual(
          seen.map(({ progress, total }) => ({ progress, total })),
          expected,
        );
        assert.ok(seen.at(-1).at - seen[0].at > (DURATION_S * 1000) / 4, 'all progress came at the end');
      });
    }
  }

  for (const flavour of [SDK, LEGACY]) {
    await cases.run(`${flavour.name}: a session ends with DELETE and then answers 404`, async () => {
      const agent = await world.agent(flavour, alice);
      const session = agent.transport.sessionId;
      assert.equal((await ping(world, alice, session)).status, 200);
      await agent.transport.terminateSession();
      assert.equal((await ping(world, alice, session)).status, 404);
    });
    await cases.run(`${flavour.name}: a session is not found by another user, and lives on`, async () => {
      const session = (await world.agent(flavour, alice)).transport.sessionId;
      assert.equal((await ping(world, bob, session)).status, 404);
      assert.equal((await ping(world, alice, session)).status, 200);
    });
  }

  for (const flavour of [SDK, PINNED]) {
    for (const alias of ['remote', 'local']) {
      const name = `${PARALLEL_CALLS} parallel calls of two users with the same ids to ${alias} get their own answers`;
      await cases.run(`${flavour.name}: ${name}`, async () => {
        const agents = [await world.agent(flavour, alice), await world.agent(flavour, bob)];
        const texts = await Promise.all(
          agents.flatMap((agent, user) =>
            Array.from({ length: PARALLEL_CALLS }, async (_, i) => {
              const message = `user ${user}, call ${i}`;
              return [text(await agent.call(`${alias}__echo`, { message })), `Echo: ${message}`];
            }),
          ),
        );
        assert.deepEqual(agents[0].callIds, agents[1].callIds);
        assert.equal(new Set(agents[0].callIds).size, PARALLEL_CALLS);
        assert.deepEqual(
          texts.map(([answer]) => answer),
          texts.map(([, expected]) => expected),
        );
      });
    }
  }
}

async function ping(world, user, session) {
  return fetch(world.gateway.url, {
    method: 'POST',
    headers: {
      Accept: 'application/json, text/event-stream',
      Authorization: `Bearer ${await world.token(user)}`,
      'Content-Type': 'application/json',
      'Mcp-Session-Id': session,
      'MCP-Protocol-Version': '2025-11-25',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  });
}

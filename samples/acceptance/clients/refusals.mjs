import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { PINNED, SDK, text } from './agents.mjs';
import { challenge, post } from './raw.mjs';

/** Longer than arguments_bytes in gateway.yaml. */
const OVERSIZED = 'x'.repeat(70_000);

/** What policy, schema and limits forbid is answered so that the client can act on it and learns no more than it may. */
export default async function refusals(cases, world) {
  const { alice, bob } = world.users;
  for (const flavour of [SDK, PINNED]) {
    const agent = await world.agent(flavour, alice);

    await cases.run(`${flavour.name}: a tool that is forbidden answers like an unknown one`, async () => {
      const forbidden = await failure(agent.call('remote__get-env'));
      const unknown = await failure(agent.call('remote__get-nothing'));
      assert.equal(forbidden.code, -32602);
      assert.deepEqual(
        [forbidden.code, forbidden.message, forbidden.data],
        [unknown.code, unknown.message, unknown.data],
      );
    });
    await cases.run(`${flavour.name}: a tool for other groups answers like an unknown one`, async () => {
      const reader = await world.agent(flavour, bob);
      const hidden = await failure(reader.call('memory__read_graph'));
      const unknown = await failure(reader.call('memory__read_nothing'));
      assert.deepEqual([hidden.code, hidden.message], [unknown.code, unknown.message]);
    });
    await cases.run(`${flavour.name}: a call that lacks a scope fails`, async () => {
      const lacking = await failure(agent.call('files__write_file', { path: 'x', content: 'x' }));
      assert.match(String(lacking), /scope|403|Forbidden/i);
    });
    await cases.run(`${flavour.name}: an oversized argument is a tool error that says what is too large`, async () => {
      const result = await agent.call('remote__echo', { message: OVERSIZED });
      assert.equal(result.isError, true);
      assert.match(text(result), /arguments.*too large.*at most 65536/);
    });
    await cases.run(`${flavour.name}: an argument of the wrong type is a tool error that names it`, async () => {
      const result = await agent.call('local__get-sum', { a: 1, b: 'two' });
      assert.equal(result.isError, true);
      assert.match(text(result), /\/b .*number/);
    });
    await cases.run(`${flavour.name}: an argument out of range is a tool error that names it`, async () => {
      const result = await agent.call('remote__get-resource-links', { count: 11 });
      assert.equal(result.isError, true);
      assert.match(text(result), /\/count .*10/);
    });
    await cases.run(`${flavour.name}: a missing argument is a tool error that names it`, async () => {
      const result = await agent.call('files__read_text_file', {});
      assert.equal(result.isError, true);
      assert.match(text(result), /path/);
    });
  }

  await cases.run('a forbidden tool and an unknown one differ in no header and no byte', async () => {
    const token = await world.token(alice);
    const [forbidden, unknown] = [
      await post(world.gateway.url, token, 'tools/call', traced(world, 'remote__get-env', 'tool_hidden')),
      await post(world.gateway.url, token, 'tools/call', traced(world, 'remote__get-enx', 'unknown_tool')),
    ];
    assert.deepEqual(visible(forbidden), visible(unknown));
  });
  await cases.run('a call that lacks a scope gets 403 with the scope to ask for', async () => {
    const params = traced(world, 'files__write_file', 'needs_scope');
    const answer = await post(world.gateway.url, await world.token(alice), 'tools/call', params);
    assert.equal(answer.status, 403);
    assert.equal(challenge(answer).error, 'insufficient_scope');
    assert.equal(challenge(answer).scope, 'files:write');
    assert.match(challenge(answer).resource_metadata, /oauth-protected-resource/);
  });
}

/** The parameters of a call, which goes into the journal with the reason for which it must be refused. */
function traced(world, name, refused) {
  const trace = randomBytes(16).toString('hex');
  world.journal.push({ trace, name, refused });
  return { name, arguments: {}, _meta: { traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` } };
}

function visible({ status, headers, body }) {
  return { status, body, headers: [...headers].filter(([name]) => name !== 'date') };
}

async function failure(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'it was not refused' });
}

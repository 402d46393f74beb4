import assert from 'node:assert/strict';
import { AUTO, LEGACY, PINNED, SDK, text } from '../agents.mjs';
import { until } from '../../kit/waiting.mjs';

/** In this time a change must be heard of, and what was sent have come, in seconds. */
const CHANGE_SECONDS_MAX = 10;

/** In this time a cancellation must have reached the server, in seconds (S-38); by the server's word, as asking takes time, too. */
const CANCEL_SECONDS_MAX = 1;

/** Key in a request's `_meta` by which a client of 2026-07-28 asks for log lines. */
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const WATCHED = 'note://watched';
const FROM_ERROR_ON = ['error', 'critical', 'alert', 'emergency'];

/** What a server says without being asked: changes, log lines; and what a client takes back. */
export default async function changes(cases, world) {
  const { alice, bob } = world.users;
  for (const flavour of [SDK, LEGACY, AUTO, PINNED]) {
    const listening = async (user, alias) => {
      const heard = { updates: [], lists: 0, lines: [] };
      const agent = await world.featureAgent(flavour, user, alias);
      agent.hears('notifications/resources/updated', ({ params }) => heard.updates.push(params.uri));
      agent.hears('notifications/tools/list_changed', () => heard.lists++);
      agent.hears('notifications/message', ({ params }) => heard.lines.push(params.level));
      return { agent, heard };
    };

    await cases.run(`${flavour.name}: an update of modern's resource is heard by who subscribed, and only until then`, async () => {
      const { agent, heard } = await listening(alice, 'modern');
      const { honoured, end } = await agent.follow([WATCHED]);
      assert.deepEqual(honoured.resourceSubscriptions, [WATCHED]);
      await agent.call('touch');
      await until('the update', CHANGE_SECONDS_MAX, () => heard.updates.length > 0);
      assert.deepEqual([...new Set(heard.updates)], [WATCHED]);
      await end();
      const before = heard.updates.length;
      const other = await listening(alice, 'modern');
      await other.agent.follow([WATCHED]);
      await agent.call('touch');
      // what the other has heard, this one would have heard, too
      await until('the other update', CHANGE_SECONDS_MAX, () => other.heard.updates.length > 0);
      assert.equal(heard.updates.length, before);
    });
    await cases.run(`${flavour.name}: an update of local's resource is heard by who subscribed`, async () => {
      const uri = 'demo://resource/dynamic/text/5';
      const { agent, heard } = await listening(alice, 'local');
      await agent.follow([uri]);
      await agent.call('toggle-subscriber-updates');
      try {
        await until('the update', CHANGE_SECONDS_MAX, () => heard.updates.includes(uri));
      } finally {
        await agent.call('toggle-subscriber-updates');
      }
    });
    await cases.run(`${flavour.name}: who may not read a resource is not told of its updates`, async () => {
      const { agent, heard } = await listening(bob, 'modern');
      const { honoured } = await agent.follow([WATCHED]).catch(() => ({ honoured: {} }));
      assert.deepEqual(honoured.resourceSubscriptions ?? [], []);
      const witness = await listening(alice, 'modern');
      await witness.agent.follow([WATCHED]);
      await agent.call('touch');
      await until('the update', CHANGE_SECONDS_MAX, () => witness.heard.updates.length > 0);
      assert.deepEqual(heard.updates, []);
    });

    await cases.run(`${flavour.name}: a new tool of modern is announced to who may see it, and listed`, async () => {
      const seeing = await listening(alice, 'modern');
      const blind = await listening(bob, 'modern');
      // a client of 2026-07-28 asks for announcements, one before has them anyhow
      await Promise.all([seeing, blind].map(({ agent }) => agent.follow([])));
      await Promise.all([seeing, blind].map(({ agent }) => agent.list()));
      await seeing.agent.call('toggle');
      try {
        await until('the announcement', CHANGE_SECONDS_MAX, () => seeing.heard.lists > 0);
        await until('the tool', CHANGE_SECONDS_MAX, async () =>
          (await seeing.agent.list()).some(({ name }) => name === 'extra'),
        );
        assert.equal(blind.heard.lists, 0);
      } finally {
        await seeing.agent.call('toggle');
        await until('the tool has gone', CHANGE_SECONDS_MAX, async () =>
          (await seeing.agent.list()).every(({ name }) => name !== 'extra'),
        );
      }
    });

    await cases.run(`${flavour.name}: modern's log lines come from the level on that was asked for`, async () => {
      const { agent, heard } = await listening(alice, 'modern');
      const meta = agent.isModern ? { [LOG_LEVEL]: 'error' } : undefined;
      if (!agent.isModern) {
        await agent.setLevel('error');
      }
      await agent.call('log', {}, { meta });
      assert.deepEqual(heard.lines, FROM_ERROR_ON);
    });
    if (flavour.revision === '2026-07-28') {
      await cases.run(`${flavour.name}: no log line comes that was not asked for`, async () => {
        const { agent, heard } = await listening(alice, 'modern');
        await agent.call('log');
        assert.deepEqual(heard.lines, []);
      });
    }

    await cases.run(`${flavour.name}: a cancelled call is cancelled at modern within ${CANCEL_SECONDS_MAX} s`, async () => {
      const { agent } = await listening(alice, 'modern');
      const seen = async () => JSON.parse(text(await agent.call('cancelled')));
      const before = await seen();
      const taken = new AbortController();
      const call = assert.rejects(agent.call('wait', {}, { signal: taken.signal }));
      await until('the call at the server', CHANGE_SECONDS_MAX, async () => (await seen()).waited === before.waited + 1);
      const since = Date.now();
      taken.abort();
      await call;
      const { cancelled } = await until('the cancellation', CHANGE_SECONDS_MAX, async () => {
        const now = await seen();
        return now.cancelled.length === before.cancelled.length + 1 && now;
      });
      const millis = cancelled.at(-1) - since;
      assert.ok(millis <= CANCEL_SECONDS_MAX * 1000, `after ${millis} ms`);
      return `after ${millis} ms`;
    });
  }
}

import assert from 'node:assert/strict';
import { records } from '../kit/records.mjs';
import { SECRETS } from './targets.mjs';
import { collected } from './world.mjs';

/** The audit log of all calls: each stands there, once, with the tokens that the provider said. */
export async function audit(cases, world, cells) {
  await world.gateway.stop();
  const all = await collected(records(world.gateway.auditDir));
  const outcomes = all.filter((each) => each.ev === 'llm.call.outcome');
  const intents = all.filter((each) => each.ev === 'llm.call.intent');
  await cases.run('audit: every intent has its outcome', async () => {
    assert.ok(intents.length > 0);
    assert.deepEqual(outcomes.map((each) => each.call).sort(), intents.map((each) => each.call).sort());
  });
  for (const cell of cells) {
    await cases.run(`audit: ${cell.name}: what the provider counted, to the unit`, async () => {
      for (const { trace, status, usage } of cell.expected) {
        const calls = intents.filter((each) => each.trace?.traceparent.split('-')[1] === trace);
        assert.equal(calls.length, 1, `calls in trace ${trace}`);
        const outcome = outcomes.find((each) => each.call === calls[0].call);
        assert.equal(outcome.outcome.error ?? outcome.outcome.status, status);
        if (usage) {
          const { cache_write_1h: _, ...counts } = outcome.model.usage;
          assert.deepEqual(counts, usage);
        }
      }
      return `${cell.expected.length} calls`;
    });
  }
  await cases.run('audit: no credential, no text of a prompt', async () => {
    const text = JSON.stringify(all);
    [...Object.values(SECRETS), world.key, 'longer answer', 'this cannot be asked'].forEach((each) => assert.ok(!text.includes(each), each));
  });
  await cases.run('audit: the log verifies', async () => {
    assert.equal((await world.gateway.verify()).code, 0);
  });
}

/** How many cases there are beside those of the cells. */
export const AUDIT_CASES = 3;

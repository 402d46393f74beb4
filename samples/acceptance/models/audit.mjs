import assert from 'node:assert/strict';
import { records } from '../kit/records.mjs';
import { AGENTS } from './coding.mjs';
import { costOf } from './prices.mjs';
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
    await cases.run(`audit: ${cell.name}: what the provider counted, to the unit, and its price`, async () => {
      for (const { trace, status, usage, isEstimated = false } of cell.expected) {
        const calls = intents.filter((each) => each.trace?.traceparent.split('-')[1] === trace);
        assert.equal(calls.length, 1, `calls in trace ${trace}`);
        const outcome = outcomes.find((each) => each.call === calls[0].call);
        assert.equal(outcome.outcome.error ?? outcome.outcome.status, status);
        if (usage) {
          const { cache_write_1h: _, ...counts } = outcome.model.usage;
          assert.deepEqual(counts, usage);
          assert.equal(BigInt(outcome.model.cost_nano_usd), costOf(cell.target, usage));
        } else {
          assert.equal(outcome.model.cost_nano_usd > 0, isEstimated, 'what is cut off costs, what is refused does not');
        }
        assert.equal(outcome.model.cost_estimated, isEstimated);
      }
      return `${cell.expected.length} calls`;
    });
  }
  for (const agent of AGENTS) {
    await cases.run(`audit: ${agent.name}: its calls stand under its user, the one that was refused, too`, async () => {
      const own = (records) => records.filter((each) => each.actor?.client_id === agent.name);
      const called = own(intents);
      assert.deepEqual(new Set(called.map((each) => each.model.alias)), new Set(agent.models));
      assert.equal(new Set(called.map((each) => each.actor.sub_p)).size, 1);
      assert.ok(intents.every((each) => called.includes(each) || each.actor.sub_p !== called[0].actor.sub_p));
      const refused = own(all.filter((each) => each.ev === 'llm.call.denied'));
      assert.deepEqual(new Set(refused.map((each) => each.model.alias)), new Set(['hidden']));
      return `${called.length} calls`;
    });
  }
  await cases.run('audit: the ledger is the sum of the log', async () => {
    assert.equal(outcomes.reduce((all, { model }) => all + BigInt(model.cost_nano_usd), 0n), world.spent);
  });
  await cases.run('audit: no credential, no text of a prompt', async () => {
    const text = JSON.stringify(all);
    [...Object.values(SECRETS), world.key, 'longer answer', 'this cannot be asked'].forEach((each) => assert.ok(!text.includes(each), each));
  });
  await cases.run('audit: the log verifies', async () => {
    assert.equal((await world.gateway.verify()).code, 0);
  });
}

/** How many cases there are beside those of the cells. */
export const AUDIT_CASES = 4 + AGENTS.length;

import assert from 'node:assert/strict';
import { callRecords, summary } from '../kit/records.mjs';
import { nanoUsd } from './money.mjs';
import { PAYERS, SCARCE, costOf, mostOf, scarceLimit } from './models.mjs';

/** Why budgets refuse, in the log's words. */
const OF_BUDGETS = ['over_budget', 'budget_held'];

/**
 * What must hold of calls of models after kills: claim to findings against it.
 *
 * `of` gives the records of a call by its trace, `calls` has those of all; `received` says how often each trace came to the
 * provider.
 */
const CLAIMS = {
  'models: every answer was that of its own call': ({ journal }) => journal.wrong,
  'models: every acknowledged call came to the provider, once': ({ journal, received }) =>
    [...journal.acknowledged.keys()].filter((trace) => received.get(trace) !== 1),
  'models: every acknowledged call has one intent, and one outcome or its end noted at the restart': ({ journal, of }) =>
    [...journal.acknowledged.keys()].filter((trace) => {
      const { intents, outcomes, unresolved } = of(trace);
      return intents.length !== 1 || outcomes.length + unresolved.length !== 1;
    }),
  'models: every refused call has one denial by a budget, no intent, and never came to the provider': ({ journal, received, of }) =>
    [...journal.refused.keys()].filter((trace) => {
      const { intents, denials } = of(trace);
      const isDenied = denials.length === 1 && OF_BUDGETS.includes(denials[0].detail.reason);
      return !isDenied || intents.length !== 0 || received.has(trace);
    }),
  'models: none but the scarce payer was refused': ({ journal }) =>
    [...journal.refused].filter(([, payer]) => payer !== SCARCE).map(([trace]) => trace),
  'models: no call came to the provider without an intent in the log, none twice': ({ received, of }) =>
    [...received].filter(([trace, times]) => times !== 1 || of(trace).intents.length !== 1).map(([trace]) => trace),
  'models: every intent has an outcome, or was noted as unresolved at the restart': ({ calls }) =>
    [...calls]
      .filter(([, { intents, outcomes, unresolved }]) => intents.length > 0 && outcomes.length + unresolved.length !== 1)
      .map(([trace]) => trace),
  'models: every outcome has the price of what the provider counted': ({ calls }) =>
    [...calls.values()]
      .flatMap(({ intents, outcomes }) => outcomes.map(({ call, model }) => ({ call, model, alias: intents[0].model.alias })))
      .filter(({ model, alias }) => BigInt(model.cost_nano_usd) !== costOf(alias) || model.cost_estimated)
      .map(({ call }) => call),
};

/** What the ledger can be shown by with a row for each payer, and what an intent says of that. */
const SHOWN_BY = { model: ({ model }) => model.alias, key: ({ actor }) => actor.key };

/** How many cases `modelProof` runs. */
export const MODEL_PROOF_CASES = Object.keys(CLAIMS).length + Object.keys(SHOWN_BY).length + 2;

/**
 * Reads the log and runs a case for each claim.
 *
 * @param {object} usage rows of the ledger, by what they are shown by
 */
export async function modelProof(cases, auditDir, journal, received, usage, kills) {
  const { calls } = await callRecords(auditDir, 'llm.call');
  const of = (trace) => calls.get(trace) ?? { intents: [], outcomes: [], unresolved: [], denials: [] };
  for (const [claim, findings] of Object.entries(CLAIMS)) {
    await cases.run(claim, async () => assert.equal(summary(findings({ calls, journal, of, received })), ''));
  }
  const called = [...calls.values()].filter(({ intents }) => intents.length > 0);
  for (const [by, value] of Object.entries(SHOWN_BY)) {
    await cases.run(`models: by ${by}, the ledger is the log, to the nano-USD`, async () => {
      const groups = Map.groupBy(called, ({ intents }) => value(intents[0]));
      assert.deepEqual(usage[by].map((row) => row.value).sort(), [...groups.keys()].sort());
      const missing = usage[by].map((row) => ledgerIsLog(row, groups.get(row.value), kills));
      return `${missing.reduce((all, each) => all + each)} calls of which the log has no outcome`;
    });
  }
  await cases.run('models: by tenant, the ledger is the sum of its payers', async () => {
    const sums = Map.groupBy(usage.model, ({ value }) => PAYERS[value].tenant);
    const costs = (rows) => rows.reduce((all, { cost_usd }) => all + nanoUsd(cost_usd), 0n);
    assert.deepEqual(
      new Map(usage.tenant.map((row) => [row.value, nanoUsd(row.cost_usd)])),
      new Map([...sums].sort().map(([tenant, rows]) => [tenant, costs(rows)])),
    );
  });
  await cases.run('models: what the provider answered for the scarce payer is within the budget', async () => {
    const answered = [...received.keys()].filter((trace) => of(trace).intents[0]?.model.alias === SCARCE).length;
    assert.ok(answered > 0);
    assert.ok(BigInt(answered) * costOf(SCARCE) <= scarceLimit(), `${answered} calls`);
    return `${answered} calls answered, ${journal.refused.size} refused`;
  });
}

/**
 * A payer's row is the sum of the outcomes in the log, and of calls of which the log has none, since the kill came first. Such
 * a call stands in the ledger with all that was set aside, as estimated, or, if only the ledger saw its end, with what it cost.
 *
 * @returns {number} how many calls there are without an outcome
 */
function ledgerIsLog(row, calls, kills) {
  const payer = calls[0].intents[0].model.alias;
  const outcomes = calls.flatMap((each) => each.outcomes);
  const cut = calls.filter(({ unresolved }) => unresolved.length > 0).length;
  const missing = row.calls - outcomes.length;
  // what is set aside is on disk before the intent: a kill between them leaves a call that the log does not know
  const missingMax = cut + kills * PAYERS[payer].connections;
  assert.ok(missing >= cut && missing <= missingMax, `${payer}: ${missing} without outcome, ${cut} of them in the log`);
  const told = outcomes.reduce((all, { model }) => all + BigInt(model.cost_nano_usd), 0n);
  const untold = BigInt(row.estimated_calls) * mostOf(payer) + BigInt(missing - row.estimated_calls) * costOf(payer);
  assert.equal(nanoUsd(row.cost_usd), told + untold, `${payer}: ${row.estimated_calls} of ${missing} estimated`);
  return missing;
}

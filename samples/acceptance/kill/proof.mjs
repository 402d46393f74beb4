import assert from 'node:assert/strict';
import { callRecords, summary } from '../kit/records.mjs';

/** What must hold of a log after kills, whatever the instants were. Returns the number of cases. */
export async function proof(cases, auditDir, journal, received) {
  const { calls, gaps, total } = await callRecords(auditDir);
  const of = (trace) => calls.get(trace) ?? { intents: [], outcomes: [], unresolved: [] };
  const claims = {
    'every answer was that of its own call': () => journal.wrong,
    'no number is missing in the log': () => gaps,
    'every acknowledged call has one intent': () =>
      [...journal.acknowledged.keys()].filter((trace) => of(trace).intents.length !== 1),
    'every acknowledged call has one outcome, or for a read-only tool at least its end noted at the restart': () =>
      [...journal.acknowledged].filter(([trace, tool]) => {
        const { outcomes, unresolved } = of(trace);
        return outcomes.length !== 1 && !(tool === 'read' && outcomes.length === 0 && unresolved.length === 1);
      }),
    'no call reached the server without an intent in the log': () =>
      [...received].filter((trace) => of(trace).intents.length !== 1),
    'every intent has an outcome, or was noted as unresolved at the restart': () =>
      [...calls].filter(([, { outcomes, unresolved }]) => outcomes.length + unresolved.length !== 1).map(([trace]) => trace),
  };
  for (const [claim, findings] of Object.entries(claims)) {
    await cases.run(claim, async () => assert.equal(summary(findings()), ''));
  }
  const unresolved = [...calls.values()].filter((each) => each.unresolved.length > 0).length;
  console.log(`the log holds ${total} records; ${unresolved} calls were cut off by a kill`);
  return Object.keys(claims).length;
}

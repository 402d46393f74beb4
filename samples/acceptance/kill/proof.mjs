import assert from 'node:assert/strict';
import { callRecords, summary } from '../kit/records.mjs';

/**
 * What must hold of a log after kills, whatever the instants were: claim to findings against it.
 *
 * `of` gives the records of a call by its trace, `calls` has those of all; `gaps` are missing numbers; `received` are the
 * traces that reached the server.
 */
const CLAIMS = {
  'every answer was that of its own call': ({ journal }) => journal.wrong,
  'no number is missing in the log': ({ gaps }) => gaps,
  'every acknowledged call has one intent': ({ journal, of }) =>
    [...journal.acknowledged.keys()].filter((trace) => of(trace).intents.length !== 1),
  'every acknowledged call has one outcome, or for a read-only tool at least its end noted at the restart': ({
    journal,
    of,
  }) =>
    [...journal.acknowledged].filter(([trace, tool]) => {
      const { outcomes, unresolved } = of(trace);
      return outcomes.length !== 1 && !(tool === 'read' && outcomes.length === 0 && unresolved.length === 1);
    }),
  'no call reached the server without an intent in the log': ({ received, of }) =>
    [...received].filter((trace) => of(trace).intents.length !== 1),
  'every intent has an outcome, or was noted as unresolved at the restart': ({ calls }) =>
    [...calls]
      .filter(([, { outcomes, unresolved }]) => outcomes.length + unresolved.length !== 1)
      .map(([trace]) => trace),
};

/** How many cases `proof` runs. */
export const PROOF_CASES = Object.keys(CLAIMS).length;

/** Reads the log and runs a case for each claim. */
export async function proof(cases, auditDir, journal, received) {
  const { calls, gaps, total } = await callRecords(auditDir, 'tool.call');
  const of = (trace) => calls.get(trace) ?? { intents: [], outcomes: [], unresolved: [] };
  for (const [claim, findings] of Object.entries(CLAIMS)) {
    await cases.run(claim, async () => assert.equal(summary(findings({ calls, gaps, journal, of, received })), ''));
  }
  const cutOff = [...calls.values()].filter((each) => each.unresolved.length > 0).length;
  console.log(`the log holds ${total} records; ${cutOff} calls were cut off by a kill`);
}

import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** All records of an audit log in their order, one by one. A line that is no record is an error. */
export async function* records(auditDir) {
  const segments = (await readdir(join(auditDir, 'seg'))).filter((name) => name.endsWith('.jsonl')).sort();
  for (const segment of segments) {
    const file = join(auditDir, 'seg', segment);
    for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      yield JSON.parse(line);
    }
  }
}

/** What the log holds of one call. */
class CallRecords {
  intents = [];
  outcomes = [];
  unresolved = [];
  denials = [];
}

const KIND = { intent: 'intents', outcome: 'outcomes', unresolved: 'unresolved', denied: 'denials' };

/**
 * The records of all calls of a kind, such as `tool.call`, by the trace id that the client gave to each.
 *
 * Intent and denial carry the trace; outcome and unresolved name the call that the intent opened.
 *
 * @returns {Promise<{calls: Map<string, CallRecords>, gaps: string[], total: number}>} `gaps` names each record whose
 *     number is not one more than the number before
 */
export async function callRecords(auditDir, ofKind) {
  const calls = new Map();
  const traces = new Map();
  const gaps = [];
  let total = 0;
  for await (const record of records(auditDir)) {
    if (record.seq !== total) {
      gaps.push(`record ${record.seq} stands where ${total} should`);
    }
    total = record.seq + 1;
    const kind = record.ev.startsWith(`${ofKind}.`) ? KIND[record.ev.slice(ofKind.length + 1)] : undefined;
    if (kind === undefined) {
      continue;
    }
    const trace = record.trace?.traceparent.split('-')[1] ?? traces.get(record.call) ?? `no trace: ${record.call}`;
    traces.set(record.call, trace);
    if (!calls.has(trace)) {
      calls.set(trace, new CallRecords());
    }
    calls.get(trace)[kind].push(record);
  }
  return { calls, gaps, total };
}

/** Longest list of findings in a message; more are only counted. */
const FINDINGS_SHOWN_MAX = 5;

/** A message for a list of findings, or nothing if there is none. */
export function summary(findings) {
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).join('\n');
  const more = findings.length - FINDINGS_SHOWN_MAX;
  return more > 0 ? `${shown}\nand ${more} more` : shown;
}

import assert from 'node:assert/strict';
import { callRecords, summary } from '../kit/records.mjs';
import { until } from '../kit/waiting.mjs';
import { childOf } from './outages.mjs';

/** Fewer calls than this in the journal mean that the cases before did not do their work. */
const CALLS_MIN = 150;

/** In this time the gateway's servers must have ended after it, in seconds. */
const END_SECONDS_MAX = 10;

/** The audit log tells what the clients saw. Stops the gateway, so that the log is complete. */
export default async function audit(cases, world) {
  await cases.run('the log of the live gateway verifies', async () => {
    const { code, text } = await world.gateway.verify();
    assert.equal(code, 0, text);
  });
  await cases.run('the gateway stops when asked, and its servers with it', async () => {
    const servers = ['server-everything', 'server-filesystem', 'server-memory'].map((word) =>
      childOf(world.gateway.pid, word),
    );
    assert.equal(await world.gateway.stop(), 0);
    await until('no server runs', END_SECONDS_MAX, () => !servers.some(isRunning));
  });
  await cases.run('the log verifies to its last record', async () => {
    const { code, text } = await world.gateway.verify();
    assert.equal(code, 0, text);
    const [, records, proven] = /records (\d+), proven (\d+)/.exec(text);
    assert.equal(proven, records, text);
  });

  const { calls, gaps } = await callRecords(world.gateway.auditDir, 'tool.call');
  await cases.run('no number is missing in the log', async () => {
    assert.deepEqual(gaps, []);
  });
  await cases.run(
    'every call that was answered has one intent and one outcome, every refused one its reason',
    async () => {
      assert.ok(world.journal.length >= CALLS_MIN, `the journal holds ${world.journal.length} calls only`);
      const findings = world.journal.map((entry) => finding(entry, calls.get(entry.trace))).filter((each) => each);
      assert.equal(summary(findings), '');
    },
  );
  await cases.run('the log holds no call that no client made', async () => {
    const made = new Set(world.journal.map((entry) => entry.trace));
    assert.deepEqual(
      [...calls.keys()].filter((trace) => !made.has(trace)),
      [],
    );
  });
}

/** What is wrong with the records of one call; nothing if all is right. */
function finding({ trace, name, refused }, records) {
  const [intents, outcomes, denials] = [records?.intents, records?.outcomes, records?.denials].map(
    (each) => each ?? [],
  );
  const what = `${name} ${trace}: ${intents.length} intents, ${outcomes.length} outcomes, ${denials.length} denials`;
  if (denials.length === 1 && intents.length === 0 && outcomes.length === 0) {
    return isReason(denials[0].detail.reason, refused) ? undefined : `${what}, but it was answered with ${refused}`;
  }
  if (intents.length !== 1 || outcomes.length !== 1 || denials.length !== 0) {
    return what;
  }
  const [intent, outcome] = [intents[0], outcomes[0]];
  const isItsOwn = outcome.parent === intent.seq && `${intent.tool.server}__${intent.tool.name}` === name;
  return isItsOwn && isOutcome(outcome.outcome, refused) ? undefined : `${what}: ${JSON.stringify(outcome)}`;
}

/** Whether the log tells the reason that the client was given: by a code, or by the kind of error. */
function isReason(logged, refused) {
  if (!(refused instanceof Error)) {
    return logged === refused;
  }
  return refused.code === -32602 ? ['tool_hidden', 'unknown_tool'].includes(logged) : logged === 'needs_scope';
}

/** Whether the log tells the outcome that the client saw: a result, the gateway's code, or the server's own error. */
function isOutcome({ status, error }, refused) {
  if (refused instanceof Error) {
    return status === 'protocol_error' && error === String(refused.code);
  }
  return refused === undefined ? ['ok', 'tool_error'].includes(status) : error === refused;
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { Gateway } from '../kit/gateway.mjs';
import { records } from '../kit/records.mjs';
import { until } from '../kit/waiting.mjs';
import { accepted, call, refused, toolNames } from './ask.mjs';

/** In this time a stop must hold, in milliseconds. */
const HOLDS_MILLIS_MAX = 1000;

/** Operators stop a token, a subject, a client, a key or a tool at once, and let it go on. */
export default async function operators(cases, world) {
  const { gateway, partner, clients } = world;
  const { url } = gateway;
  const order = async (method, body, token = world.operator) => {
    const response = await fetch(`${gateway.adminUrl}/kill`, {
      method,
      headers: { ...(token && { Authorization: `Bearer ${token}` }), 'Content-Type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, answer: await response.json() };
  };
  const stop = async (kind, value, more = {}) => {
    const { status, answer } = await order('POST', { kind, value, reason: 'acceptance', ...more });
    assert.equal(status, 200, JSON.stringify(answer));
    assert.ok(answer.saved && answer.recorded);
    return () => order('DELETE', { id: answer.kill.id, reason: 'over' });
  };
  const [one, two] = [await world.token('batch'), await world.token('batch')];
  const guest = await partner.token(clients.guest, url);

  /** While that is stopped `stopped` is refused and `goesOn` accepted; afterwards both are. */
  const while_ = async (begin, stopped, goesOn) => {
    await accepted(call(url, stopped));
    const release = await begin();
    // the very next call: no time is given to it
    const since = performance.now();
    const first = await call(url, stopped);
    const millis = performance.now() - since;
    assert.equal(first.status, 401, 'the next call was let in');
    assert.ok(millis < HOLDS_MILLIS_MAX);
    await refused(call(url, stopped));
    for (const other of goesOn) {
      await accepted(call(url, other));
    }
    assert.equal((await release()).status, 200);
    await accepted(call(url, stopped));
  };

  await cases.run('a subject: its tokens are refused from the next call on, others go on', () =>
    while_(() => stop('subject', 'batch', { issuer: 'corp' }), one, [guest]),
  );
  await cases.run('one token: the other of the same subject goes on', () =>
    while_(() => stop('token', decodeJwt(one).jti, { issuer: 'corp' }), one, [two, guest]),
  );
  await cases.run('a client: of one issuer', () => while_(() => stop('client', 'batch', { issuer: 'corp' }), one, [guest]));
  await cases.run("an issuer's key", () =>
    while_(() => stop('key', decodeProtectedHeader(one).kid, { issuer: 'corp' }), one, [guest]),
  );
  await cases.run('a tool: gone from lists, answered as unknown; others go on', async () => {
    const release = await stop('tool', 'echo__report');
    assert.deepEqual(await toolNames(url, one), ['echo__echo']);
    const [hidden, unknown] = [await call(url, one, 'echo__report'), await call(url, one, 'echo__repork')];
    const shown = ({ status, body }) => [status, body.replaceAll('repork', 'report')];
    assert.deepEqual(shown(hidden), shown(unknown));
    await accepted(call(url, one));
    await release();
    await accepted(call(url, one, 'echo__report'));
  });
  await cases.run('a stop that is to end does so', async () => {
    await stop('subject', 'batch', { issuer: 'corp', expires_s: 5 });
    await refused(call(url, one));
    await until('an accepted call', 8, async () => (await call(url, one)).status === 200);
  });
  await cases.run('nobody but an operator: 401 without a token and with an agent\'s, and nothing is stopped', async () => {
    for (const token of [null, 'wrong', one]) {
      const { status } = await order('POST', { kind: 'subject', value: 'batch', issuer: 'corp', reason: 'x' }, token);
      assert.equal(status, 401);
    }
    await accepted(call(url, one));
  });
  await cases.run('the command line does the same', async () => {
    const admin = ['--admin', gateway.adminUrl, '--token-file', join(gateway.folder, 'ops.token')];
    const command = async (...args) => {
      const { code, text } = await Gateway.command('kill', ...args, ...admin);
      assert.equal(code, 0, text);
      return text;
    };
    const added = await command('add', 'subject', 'batch', '--issuer', 'corp', '--reason', 'acceptance');
    await refused(call(url, one));
    const [id] = added.split(' ');
    assert.ok((await command('list')).includes(id));
    await command('remove', id, '--reason', 'over');
    await accepted(call(url, one));
  });
  await cases.run('each change is on record', async () => {
    const events = [];
    for await (const record of records(gateway.auditDir)) {
      events.push(record.ev);
    }
    assert.ok(events.filter((ev) => ev === 'kill.set').length >= 7);
    assert.ok(events.filter((ev) => ev === 'kill.removed').length >= 6);
  });
}

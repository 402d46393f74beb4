import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PINNED, SDK, text, Agent } from '../clients/agents.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { until } from '../kit/waiting.mjs';
import { accepted, call, isAccepted, refused, toolNames } from './ask.mjs';

/** In this time a running gateway must have taken over a change of its keys, in seconds. */
const TAKEN_SECONDS_MAX = 3;

/** Keys of the gateway's own, for agents that cannot do OAuth: the same rules, the same refusals. */
export default async function keys(cases, world) {
  const { gateway } = world;
  const { url } = gateway;
  const command = async (...args) => {
    const { code, text: printed } = await Gateway.command('keys', ...args, '--config', join(gateway.folder, 'gateway.yaml'));
    assert.equal(code, 0, printed);
    return printed;
  };
  const made = [];
  const create = async (name, ...more) => {
    const holder = ['--name', name, '--subject', 'nightly', '--client', 'nightly-job'];
    return keyIn(await command('create', ...holder, '--view', 'main', '--expires', '1d', ...more));
  };
  const keyIn = (printed) => {
    const key = /mgk_\S+/.exec(printed)[0];
    made.push(key);
    return { key, id: key.split('_')[1] };
  };
  const taken = (key) => until('the key is good', TAKEN_SECONDS_MAX, async () => isAccepted(await call(url, key)));

  const night = await create('night', '--groups', 'night');
  await cases.run('a key that was made while the gateway runs opens what its group may, and no more', async () => {
    await taken(night.key);
    assert.deepEqual(await toolNames(url, night.key), ['echo__echo']);
  });
  await cases.run('a key opens its view and no other', async () => {
    await refused(call(world.otherView, night.key));
  });
  await cases.run('the groups of a key are those of the key, not of an issuer with equal names', async () => {
    const staff = await create('staff', '--groups', 'staff');
    await until('a list', TAKEN_SECONDS_MAX, async () => (await toolNames(url, staff.key)).length === 0);
  });
  await cases.run('a key with one character changed, and one that was never made: 401', async () => {
    const last = night.key.at(-1) === 'a' ? 'b' : 'a';
    await refused(call(url, night.key.slice(0, -1) + last));
    await refused(call(url, night.key.replace(night.id, [...night.id].reverse().join(''))));
  });
  for (const flavour of [SDK, PINNED]) {
    await cases.run(`${flavour.name}: a client with a key in its configuration calls`, async () => {
      const headers = { Authorization: `Bearer ${night.key}` };
      const agent = await new Agent(flavour).connect(flavour.http(new URL(url), { requestInit: { headers } }));
      assert.equal(text(await agent.call('echo__echo', { text: 'by key' })), 'by key');
      await agent.close();
    });
  }
  await cases.run('after a rotation both keys are good, and a revoked one ends', async () => {
    const next = keyIn(await command('rotate', night.id, '--overlap', '1h', '--expires', '1d'));
    await taken(next.key);
    await accepted(call(url, night.key));
    await command('revoke', night.id);
    await until('a 401', TAKEN_SECONDS_MAX, async () => (await call(url, night.key)).status === 401);
    await accepted(call(url, next.key));
  });
  await cases.run('no file of the gateway holds a key', async () => {
    const secrets = made.map((key) => key.split('_')[2].slice(0, 20));
    for (const file of files(gateway.folder)) {
      const content = readFileSync(file, 'latin1');
      assert.ok(!secrets.some((secret) => content.includes(secret)), file);
    }
  });
}

/** All files in a folder and below. */
export function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

import assert from 'node:assert/strict';
import { decodeProtectedHeader } from 'jose';
import { until } from '../kit/waiting.mjs';
import { accepted, call, isAccepted, refused } from '../identity/ask.mjs';
import { ecKeys } from './realm.mjs';

/** The gateway looks for a key that it does not know at once, but not twice in 15 seconds. */
const LOOK_SECONDS_MAX = 25;

/** An operator changes the realm's keys. */
export default async function changes(cases, world) {
  const { keycloak, gateway } = world;
  const { url } = gateway;
  const token = () => world.client('batch');
  const components = (name) =>
    keycloak.operate('GET', `acme/components?type=org.keycloak.keys.KeyProvider${name ? `&name=${name}` : ''}`);
  const realmId = (await keycloak.operate('GET', 'acme')).id;
  const add = (name, priority) =>
    keycloak.operate('POST', 'acme/components', {
      ...ecKeys(name, priority),
      providerType: 'org.keycloak.keys.KeyProvider',
      parentId: realmId,
    });
  const kid = (text) => decodeProtectedHeader(text).kid;
  const first = await token();

  await cases.run('a new active key: its first token is accepted at once, those of the old key stay good', async () => {
    await accepted(call(url, first));
    await add('second', 200);
    const second = await token();
    assert.notEqual(kid(second), kid(first));
    await accepted(call(url, second));
    await accepted(call(url, first));
  });
  await cases.run('an old key that is passive signs nothing more and is still good for what it signed', async () => {
    const [old] = await components('first');
    await keycloak.operate('PUT', `acme/components/${old.id}`, { ...old, config: { ...old.config, active: ['false'] } });
    assert.notEqual(kid(await token()), kid(first));
    await accepted(call(url, first));
  });
  await cases.run('an old key that is removed: refused from the next look at the key set on', async () => {
    const [old] = await components('first');
    await keycloak.operate('DELETE', `acme/components/${old.id}`);
    await add('third', 300);
    const third = await token();
    const begin = performance.now();
    await until('the new key', LOOK_SECONDS_MAX, async () => isAccepted(await call(url, third)));
    const took = Math.round((performance.now() - begin) / 1000);
    await refused(call(url, first));
    return `the next new key was known after ${took} s`;
  });
}

import assert from 'node:assert/strict';
import { until } from '../kit/waiting.mjs';
import { freePort } from '../kit/ports.mjs';
import { accepted, call, isAccepted, refused } from '../identity/ask.mjs';

/** In this time the gateway must have noticed that Keycloak is back, in seconds. */
const NOTICED_SECONDS_MAX = 40;

/** Keycloak is stopped and started again, on the same data. */
export default async function outage(cases, world) {
  const { keycloak, gateway } = world;
  const { url } = gateway;
  const batch = await world.client('batch');
  const ann = (await world.user('ann')).access_token;
  const late = (await world.user('ann')).access_token;
  const strict = (await world.user('ann', 'strict')).access_token;
  const stranger = await world.client('batch', 'stranger');
  await accepted(call(url, batch));
  await accepted(call(url, ann, 'exchanged__echo'));
  await keycloak.end();
  const cold = world.makeGateway('cold', await freePort());
  try {
    await cases.run('Keycloak is down: keys that are known go on, for tokens that were seen and for new ones', async () => {
      await accepted(call(url, batch));
      await accepted(call(url, late));
    });
    await cases.run('Keycloak is down: nobody is let in who was not before', async () => {
      await refused(call(url, stranger));
      const [head, claims] = batch.split('.');
      await refused(call(url, `${head}.${claims}.${'A'.repeat(86)}`));
    });
    await cases.run('Keycloak is down: who must be asked about cannot be, and gets 503, not 401', async () => {
      const answer = await call(url, strict, 'echo__report');
      assert.equal(answer.status, 503, answer.body);
      assert.ok(Number(answer.headers.get('retry-after')) > 0);
    });
    await cases.run('Keycloak is down: exchanged tokens stay good, a new one cannot be had and nothing is sent', async () => {
      await accepted(call(url, ann, 'exchanged__echo'));
      const before = world.exchanged.received.size;
      const { status, body } = await call(url, late, 'exchanged__echo');
      assert.equal(status, 200);
      assert.equal(JSON.parse(body).result.isError, true);
      assert.equal(world.exchanged.received.size, before);
    });
    await cases.run('a gateway that starts meanwhile serves, is not ready and lets nobody in', async () => {
      await cold.spawn().serving();
      assert.equal((await fetch(new URL('/readyz', cold.adminUrl))).status, 503);
      const answer = await call(cold.url, batch);
      assert.equal(answer.status, 503, answer.body);
    });
  } finally {
    await keycloak.start();
  }
  await cases.run('Keycloak is back: tokens from before and new ones are accepted, strangers are not', async () => {
    await accepted(call(url, batch));
    await accepted(call(url, await world.client('batch')));
    await refused(call(url, await world.client('batch', 'stranger')));
    const again = (await world.user('ann', 'strict')).access_token;
    await until('introspection', NOTICED_SECONDS_MAX, async () => isAccepted(await call(url, again, 'echo__report')));
    await accepted(call(url, (await world.user('ann')).access_token, 'exchanged__echo'));
  });
  await cases.run('the gateway that started without it is ready, too', async () => {
    await until('readiness', NOTICED_SECONDS_MAX, async () => (await fetch(new URL('/readyz', cold.adminUrl))).ok);
    await accepted(call(cold.url, await world.client('batch')));
  });
  assert.equal(await cold.stop(), 0);
}

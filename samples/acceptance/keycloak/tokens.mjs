import assert from 'node:assert/strict';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { until } from '../kit/waiting.mjs';
import { accepted, call, refused, refusedTraces, toolNames } from '../identity/ask.mjs';
import { HASTY_SECONDS } from './realm.mjs';

/** Longer than the gateway believes what Keycloak says of a token (cache_s in gateway.yaml). */
const BELIEVED_SECONDS_MAX = 10;

/** Keycloak's access tokens as they are, and everything else that it signs. */
export default async function tokens(cases, world) {
  const { keycloak, gateway } = world;
  const { url } = gateway;
  const ann = await world.user('ann', 'acme', { scope: 'openid' });
  const unknown = async (token, tool) => {
    const answer = await call(url, token, tool);
    assert.equal(answer.status, 200, answer.body);
    assert.equal(answer.json().error?.code, -32602, answer.body);
  };

  await cases.run("a user's token is accepted: typ JWT, the client as azp, the view one of several in aud", async () => {
    const { typ, alg } = decodeProtectedHeader(ann.access_token);
    assert.deepEqual([typ, alg], ['JWT', 'ES256']);
    const claims = decodeJwt(ann.access_token);
    assert.ok(claims.aud.includes('account') && claims.aud.includes(url), String(claims.aud));
    assert.equal(claims.azp, 'desk');
    assert.equal(claims.client_id, undefined);
    await accepted(call(url, ann.access_token));
  });
  await cases.run("a machine's token (client credentials) is accepted", async () => {
    await accepted(call(url, await world.client('batch')));
  });
  await cases.run('groups become what rules permit, and list and call agree', async () => {
    assert.deepEqual(await toolNames(url, ann.access_token), [
      'echo__echo',
      'echo__report',
      'exchanged__echo',
      'machine__echo',
    ]);
    const ben = (await world.user('ben')).access_token;
    assert.deepEqual(await toolNames(url, ben), ['echo__echo', 'exchanged__echo']);
    await accepted(call(url, ben));
    await unknown(ben, 'echo__report');
  });
  await cases.run('a rule for one client is for that client alone', async () => {
    await accepted(call(url, await world.client('helper'), 'echo__report'));
    await unknown((await world.user('ben')).access_token, 'echo__report');
  });
  await cases.run('realm roles, which stand inside realm_access, become groups where the profile says so', async () => {
    const { access_token } = await world.user('ann', 'strict');
    assert.ok(decodeJwt(access_token).realm_access.roles.includes('auditor'));
    assert.deepEqual(await toolNames(url, access_token), ['echo__report', 'exchanged__echo']);
    await accepted(call(url, access_token, 'echo__report'));
    await unknown(access_token, 'echo__echo');
    assert.deepEqual(await toolNames(url, (await world.user('ben', 'strict')).access_token), []);
  });
  await cases.run('a missing scope: 403 with all scopes; a token with them is let through', async () => {
    const asked = await refused(call(url, ann.access_token, 'echo__export'), { status: 403, error: 'insufficient_scope' });
    assert.equal(asked.scope, 'files:read files:write');
    const more = await world.user('ann', 'acme', { scope: 'files:read files:write' });
    await accepted(call(url, more.access_token, 'echo__export'));
  });

  const cases401 = {
    'for another audience': () => world.client('other'),
    'of another realm of the same server, with the same clients, users and audience': () => world.client('batch', 'stranger'),
    'of a user of that realm': async () => (await world.user('ann', 'stranger')).access_token,
    "of Keycloak's own operator": async () => {
      await keycloak.operate('GET', 'acme');
      return keycloak.given.at(-1);
    },
    'that is an ID token': () => ann.id_token,
    'that is a refresh token': () => ann.refresh_token,
    'that was exchanged for a server behind the gateway': () => world.exchange(ann.access_token),
    'signed with another algorithm of the realm than the profile has': () => world.client('rsa'),
  };
  for (const [what, make] of Object.entries(cases401)) {
    await cases.run(`a token ${what}: 401`, async () => {
      await refused(call(url, await make()));
    });
  }
  await cases.run('a token whose claims were changed after it was signed: 401', async () => {
    const [head, , signature] = ann.access_token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(ann.access_token), groups: ['staff', 'admins'] }));
    await refused(call(url, `${head}.${claims.toString('base64url')}.${signature}`));
  });
  await cases.run('a token that was good expires: 401 from that second on', async () => {
    const token = await world.client('hasty');
    await accepted(call(url, token));
    const late = await until('a 401', HASTY_SECONDS * 2, async () => {
      const answer = await call(url, token);
      return answer.status === 401 && answer;
    });
    assert.ok(Date.now() >= decodeJwt(token).exp * 1000, 'refused before it expired');
    await refused(Promise.resolve(late));
  });
  await cases.run('a user logs out: where the gateway asks (introspection), the token ends with the session', async () => {
    const [one, other] = [await world.user('ann', 'strict'), await world.user('ann', 'strict')];
    await accepted(call(url, one.access_token, 'echo__report'));
    await accepted(call(url, other.access_token, 'echo__report'));
    const form = { client_id: 'desk', refresh_token: one.refresh_token };
    const left = await fetch(keycloak.endpoint('strict', 'logout'), { method: 'POST', body: new URLSearchParams(form) });
    assert.ok(left.ok, String(left.status));
    const begin = performance.now();
    await until('a 401', BELIEVED_SECONDS_MAX, async () => (await call(url, one.access_token, 'echo__report')).status === 401);
    const took = Math.round(performance.now() - begin);
    await accepted(call(url, other.access_token, 'echo__report'));
    return `after ${took} ms; the user's other session goes on`;
  });
  await cases.run('a user is disabled: as after a logout', async () => {
    const { access_token } = await world.user('ann', 'strict');
    await accepted(call(url, access_token, 'echo__report'));
    const [user] = await keycloak.operate('GET', 'strict/users?username=ann&exact=true');
    await keycloak.operate('PUT', `strict/users/${user.id}`, { ...user, enabled: false });
    try {
      await until('a 401', BELIEVED_SECONDS_MAX, async () => (await call(url, access_token, 'echo__report')).status === 401);
    } finally {
      await keycloak.operate('PUT', `strict/users/${user.id}`, { ...user, enabled: true });
    }
  });
  await cases.run('no call that was refused reached a server', async () => {
    assert.ok(refusedTraces.size >= Object.keys(cases401).length);
    const servers = [world.echo, world.exchanged, world.machine];
    assert.deepEqual(
      [...refusedTraces].filter((trace) => servers.some(({ received }) => received.has(trace))),
      [],
    );
  });
}

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { accepted, call } from '../identity/ask.mjs';

/** What servers behind the gateway get from Keycloak instead of the caller's token; they verify it with a library that is not ours. */
export default async function servers(cases, world) {
  const { gateway, keycloak } = world;
  const ann = (await world.user('ann')).access_token;
  const ben = (await world.user('ben')).access_token;
  const through = async (name, token) => {
    await accepted(call(gateway.url, token, `${name}__echo`));
    return decodeJwt(world[name].last.headers.authorization.replace(/^Bearer /, ''));
  };

  await cases.run("token exchange: the realm's token of this user for this server alone, which verifies it", async () => {
    const claims = await through('exchanged', ann);
    assert.equal(claims.aud, 'crm');
    assert.equal(claims.sub, decodeJwt(ann).sub);
    assert.equal(claims.azp, 'gateway');
    assert.ok(claims.exp <= decodeJwt(ann).exp + 1, 'it outlives the token that it was given for');
  });
  await cases.run('token exchange: asked for once per token of a user, and never shared between two', async () => {
    const [one, same, other] = [await through('exchanged', ann), await through('exchanged', ann), await through('exchanged', ben)];
    assert.equal(same.jti, one.jti);
    assert.equal(other.sub, decodeJwt(ben).sub);
    assert.notEqual(other.sub, one.sub);
  });
  await cases.run("token exchange: a caller of another realm has nothing to exchange; the call ends before it is sent", async () => {
    const { access_token } = await world.user('ann', 'strict');
    const before = world.exchanged.received.size;
    const { status, body } = await call(gateway.url, access_token, 'exchanged__echo');
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).result.isError, true);
    assert.equal(world.exchanged.received.size, before);
  });
  await cases.run("token exchange: a token of a session that ended is not exchanged", async () => {
    const gone = await world.user('ann');
    const form = { client_id: 'desk', refresh_token: gone.refresh_token };
    assert.ok((await fetch(keycloak.endpoint('acme', 'logout'), { method: 'POST', body: new URLSearchParams(form) })).ok);
    const before = world.exchanged.received.size;
    const { status, body } = await call(gateway.url, gone.access_token, 'exchanged__echo');
    assert.equal(status, 200);
    assert.equal(JSON.parse(body).result.isError, true);
    assert.equal(world.exchanged.received.size, before);
  });
  await cases.run("client credentials: the gateway's own token, got with private_key_jwt, the same for all callers", async () => {
    const claims = await through('machine', ann);
    assert.equal(claims.azp, 'gateway');
    assert.equal(claims.preferred_username, 'service-account-gateway');
    assert.equal((await through('machine', (await world.user('ann')).access_token)).jti, claims.jti);
  });
  await cases.run("no server ever got a caller's token, in a header or in the request", async () => {
    for (const token of [ann, ben]) {
      const [, , signature] = token.split('.');
      for (const server of [world.echo, world.exchanged, world.machine]) {
        assert.ok(!server.everything.includes(signature));
      }
    }
  });
}

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRemoteJWKSet, decodeJwt, exportJWK, exportPKCS8, generateKeyPair, jwtVerify } from 'jose';
import { Gateway } from '../kit/gateway.mjs';
import { records } from '../kit/records.mjs';
import { until } from '../kit/waiting.mjs';
import { EchoUpstream } from '../kit/upstream.mjs';
import { accepted, call } from './ask.mjs';
import { codeFlow } from './codes.mjs';
import { freePort } from '../kit/ports.mjs';

/** Who an agent says it is. */
const CLAIMED = 'eve-0c6f2d31';

/** In this time the gateway must have asked for new tokens, in seconds. */
const NOTICED_SECONDS_MAX = 5;

const MODES = ['signed', 'paired', 'exchanged', 'machine', 'fixed', 'open'];

/** What a server behind the gateway gets instead of the caller's token, verified with a library that is not ours. */
export default async function credentials(cases, world) {
  const { corp } = world;
  const servers = Object.fromEntries(await Promise.all(MODES.map(async (mode) => [mode, await EchoUpstream.start(['echo'])])));
  const gateway = await start(world, servers);
  const user = async (login) =>
    (await codeFlow(corp, 'desk', { scope: 'files:read', resource: gateway.url, login })).access_token;
  const [ann, ben] = [await user('ann'), await user('ben')];
  const batch = await corp.token(world.clients.batch, gateway.url);

  /** Calls and gives what the server got. */
  const through = async (mode, token) => {
    const answer = await accepted(call(gateway.url, token, `${mode}__echo`));
    const { headers, params } = servers[mode].last;
    assert.equal(params.arguments.text, answer.text);
    return { bearer: headers.authorization?.replace(/^Bearer /, ''), headers, params, answer };
  };
  const own = createRemoteJWKSet(new URL('/.well-known/jwks.json', gateway.url), { cooldownDuration: 0 });
  const verifiedCall = (bearer, mode, options) =>
    jwtVerify(bearer, own, { issuer: new URL(gateway.url).origin, audience: servers[mode].url, typ: 'at+jwt', ...options });

  await cases.run('call token: verifies, for this server alone, for this user, agent, tool and these arguments', async () => {
    const { bearer, params } = await through('signed', ann);
    const { payload, protectedHeader } = await verifiedCall(bearer, 'signed');
    assert.equal(protectedHeader.alg, 'ES256');
    assert.equal(payload.sub, 'ann');
    assert.equal(payload.act.sub, 'desk');
    assert.equal(payload.tool, 'echo');
    assert.equal(payload.args_sha256, sha256(canonical(params.arguments)));
    assert.ok(payload.exp - payload.iat <= 60, `${payload.exp - payload.iat} s`);
    await assert.rejects(verifiedCall(bearer, 'paired'));
  });
  await cases.run('call token: each call has one of its own, and it names the record of the call', async () => {
    const [one, two] = [await through('signed', ann), await through('signed', ann)].map(({ bearer }) => decodeJwt(bearer));
    assert.notEqual(one.jti, two.jti);
    assert.notEqual(one.txn, two.txn);
    const calls = [];
    for await (const record of records(gateway.auditDir)) {
      calls.push(record.call);
    }
    assert.ok(calls.includes(one.txn) && calls.includes(two.txn));
  });
  await cases.run('call token: two users are two subjects, a machine is itself', async () => {
    assert.equal(decodeJwt((await through('signed', ben)).bearer).sub, 'ben');
    assert.equal(decodeJwt((await through('signed', batch)).bearer).sub, 'batch');
  });
  await cases.run('call token, pairwise and EdDSA: verifies, and says who it is to this server alone', async () => {
    const [one, same, other] = [await through('paired', ann), await through('paired', ann), await through('paired', ben)];
    const { payload, protectedHeader } = await verifiedCall(one.bearer, 'paired');
    assert.ok(['EdDSA', 'Ed25519'].includes(protectedHeader.alg));
    assert.ok(!payload.sub.includes('ann'));
    assert.equal(decodeJwt(same.bearer).sub, payload.sub);
    assert.notEqual(decodeJwt(other.bearer).sub, payload.sub);
  });
  await cases.run('call token: the key set holds the next keys already', async () => {
    const { keys } = await (await fetch(new URL('/.well-known/jwks.json', gateway.url))).json();
    assert.ok(keys.filter(({ kty }) => kty === 'EC').length >= 2, JSON.stringify(keys));
    assert.ok(keys.every((key) => key.d === undefined));
  });

  const atProvider = createRemoteJWKSet(new URL(`${corp.issuer}/jwks`), { cooldownDuration: 0 });
  const verifiedExchange = (bearer, mode) =>
    jwtVerify(bearer, atProvider, { issuer: corp.issuer, audience: servers[mode].url, typ: 'at+jwt' });

  await cases.run("token exchange: the provider's token for this server, of this user, with the gateway as actor", async () => {
    const { bearer } = await through('exchanged', ann);
    const { payload } = await verifiedExchange(bearer, 'exchanged');
    assert.equal(payload.sub, 'ann');
    assert.equal(payload.act.sub, 'gateway');
    assert.equal(payload.scope, 'files:read');
    assert.notEqual(bearer, ann);
  });
  await cases.run('token exchange: asked for once per token of a user, and never shared between two', async () => {
    const [one, same, other] = [await through('exchanged', ann), await through('exchanged', ann), await through('exchanged', ben)];
    assert.equal(decodeJwt(same.bearer).jti, decodeJwt(one.bearer).jti);
    assert.equal(decodeJwt(other.bearer).sub, 'ben');
  });
  await cases.run("client credentials: the gateway's own token for this server, got with private_key_jwt", async () => {
    const { bearer } = await through('machine', ann);
    const { payload } = await verifiedExchange(bearer, 'machine');
    assert.equal(payload.sub, 'gateway');
    assert.equal(decodeJwt((await through('machine', ben)).bearer).jti, payload.jti);
  });
  await cases.run('static: the key and nothing else; none: nothing', async () => {
    const { headers } = await through('fixed', ann);
    assert.equal(headers['x-api-key'], world.fixedKey);
    assert.equal(headers.authorization, undefined);
    assert.equal((await through('open', ann)).headers.authorization, undefined);
  });
  await cases.run("no server ever got a caller's token, in a header or in the request", async () => {
    for (const token of [ann, ben, batch]) {
      const [, , signature] = token.split('.');
      for (const mode of MODES) {
        assert.ok(!servers[mode].everything.includes(signature), mode);
      }
    }
  });
  await cases.run('identities that an agent claims for itself in headers and _meta do not get through', async () => {
    const claimed = {
      Cookie: `session=${CLAIMED}`,
      'X-Forwarded-User': CLAIMED,
      'X-Forwarded-For': '10.0.0.1',
      Forwarded: 'for=10.0.0.1',
      'X-Api-Key': CLAIMED,
      'X-Upstream-User': CLAIMED,
      'X-User-Id': CLAIMED,
    };
    for (const mode of ['signed', 'fixed', 'open']) {
      await accepted(call(gateway.url, ann, `${mode}__echo`, { headers: claimed }));
      const { headers } = servers[mode].last;
      assert.ok(!JSON.stringify(headers).includes(CLAIMED), JSON.stringify(headers));
      assert.ok(!JSON.stringify(headers).includes('10.0.0.1'), JSON.stringify(headers));
    }
  });
  await cases.run('the provider is down: exchanged tokens stay good, a new user is refused and nothing is sent', async () => {
    const second = await user('ben');
    await corp.kill();
    try {
      await through('exchanged', ann);
      const before = servers.exchanged.received.size;
      const { status, body } = await call(gateway.url, second, 'exchanged__echo');
      assert.equal(status, 200);
      const { result } = JSON.parse(body);
      assert.equal(result.isError, true);
      assert.ok(!/token|exchange|127\.0\.0\.1/i.test(result.content[0].text), result.content[0].text);
      assert.equal(servers.exchanged.received.size, before);
    } finally {
      await corp.start();
    }
  });
  await cases.run('the provider is back and knows nothing of the tokens that it gave the gateway: new ones are asked for', async () => {
    const token = await user('ben');
    await until('an exchanged token', NOTICED_SECONDS_MAX, () => through('exchanged', token));
    await through('exchanged', await user('ann'));
  });

  assert.equal(await gateway.stop(), 0);
  Object.values(servers).forEach((server) => server.stop());
}

async function start(world, servers) {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  await world.corp.register({
    client_id: 'gateway',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    grant_types: ['client_credentials', 'urn:ietf:params:oauth:grant-type:token-exchange'],
    redirect_uris: [],
    response_types: [],
    jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] },
  });
  const urls = Object.fromEntries(MODES.map((mode) => [mode.toUpperCase(), servers[mode].url]));
  const gateway = new Gateway(join(world.folder, 'upstreams'), new URL('upstreams/', import.meta.url), {
    CORP: world.corp.issuer,
    PORT: await freePort(),
    ...urls,
  });
  world.fixedKey = randomBytes(18).toString('base64url');
  writeFileSync(join(gateway.folder, 'fixed.key'), world.fixedKey, { mode: 0o600 });
  writeFileSync(join(gateway.folder, 'client.pem'), await exportPKCS8(privateKey), { mode: 0o600 });
  return gateway.spawn().serving();
}

/** RFC 8785 for what these cases send: members in order of their names. */
function canonical(object) {
  return JSON.stringify(Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function sha256(text) {
  return createHash('sha256').update(text).digest('base64url');
}

import { randomUUID } from 'node:crypto';
import assert from 'node:assert/strict';
import { SignJWT, decodeJwt, decodeProtectedHeader, importJWK } from 'jose';
import { until } from '../kit/waiting.mjs';
import { post } from '../clients/raw.mjs';
import { accepted, call, refused, refusedTraces } from './ask.mjs';
import { signingKey } from './idp.mjs';
import { codeFlow } from './codes.mjs';

/** Longer than Hasty's tokens live, in seconds. */
const EXPIRY_SECONDS_MAX = 10;

/** A token like `good` but for what is changed, signed with `key` (a private JWK). */
export async function resigned(good, key, { header = {}, claims = {} } = {}) {
  return new SignJWT({ ...decodeJwt(good), jti: randomUUID(), ...claims })
    .setProtectedHeader({ ...decodeProtectedHeader(good), ...header })
    .sign(await importJWK(key, key.alg));
}

/** Tokens that a provider signed, but not for this; and tokens that nobody signed who may. None opens anything. */
export default async function hostile(cases, world) {
  const { gateway, corp, partner, stranger, clients } = world;
  const { url } = gateway;
  const good = await world.token('batch');
  const cases401 = {
    'for another audience': () => corp.token(clients.batch, 'http://127.0.0.1:1/mcp'),
    "for the gateway's origin alone": () => corp.token(clients.batch, new URL(url).origin),
    'for the same view with a slash behind': () => corp.token(clients.batch, `${url}/`),
    'for another view': () => corp.token(clients.batch, world.otherView),
    'of an issuer that is not trusted': () => stranger.token(clients.batch, url),
    'that lives longer than its issuer may let it': () => corp.token(clients.lasting, url),
    'of one issuer in the shape of the other': async () => {
      const { client_id: azp, groups: roles, ...claims } = decodeJwt(good);
      return new SignJWT({ ...claims, azp, roles })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid: corp.keys[0].kid })
        .sign(await importJWK(corp.keys[0], 'ES256'));
    },
    "of one issuer, signed with the other issuer's key": () =>
      resigned(good, partner.keys[0], { header: { alg: 'RS256', kid: partner.keys[0].kid } }),
    'signed with a key that nobody publishes': async () => resigned(good, await signingKey('ES256')),
    'with a key id that nobody publishes': async () => {
      const key = await signingKey('ES256');
      return resigned(good, key, { header: { kid: key.kid } });
    },
    'whose claims were changed after it was signed': () => {
      const [head, , signature] = good.split('.');
      const claims = Buffer.from(JSON.stringify({ ...decodeJwt(good), groups: ['staff', 'admins'] }));
      return `${head}.${claims.toString('base64url')}.${signature}`;
    },
    'without a signature': () => {
      const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
      return `${head}.${good.split('.')[1]}.`;
    },
    'that is opaque': () => 'q5VgZ0yGkS2wJx4nTq7Lr9Yh1Bc3Df5H',
    'that is an ID token whose audience is this view': () => idToken(world),
  };
  for (const [what, make] of Object.entries(cases401)) {
    await cases.run(`a token ${what}: 401`, async () => {
      await refused(call(url, await make()));
    });
  }
  await cases.run('a token of one view opens that view and no other', async () => {
    const token = await corp.token(clients.batch, world.otherView);
    await accepted(call(world.otherView, token));
    await refused(call(url, token));
    await refused(call(world.otherView, good));
  });
  await cases.run('a token that was good expires: 401 from that second on, also out of the cache', async () => {
    const token = await world.token('hasty');
    await accepted(call(url, token));
    const late = await until('a 401', EXPIRY_SECONDS_MAX, async () => {
      const answer = await call(url, token);
      return answer.status === 401 && answer;
    });
    assert.ok(Date.now() >= decodeJwt(token).exp * 1000, 'refused before it expired');
    await refused(Promise.resolve(late));
  });
  await cases.run('no token, two tokens, a token in the query, another scheme: 401 or 400', async () => {
    await refused(call(url, undefined), { error: null });
    await refused(call(url, undefined, 'echo__echo', { headers: { Authorization: `Basic ${good}` } }), { error: null });
    const query = await post(`${url}?access_token=${good}`, undefined, 'tools/list');
    assert.ok([400, 401].includes(query.status));
    const joined = await post(url, `${good}, Bearer ${good}`, 'tools/list');
    assert.ok([400, 401].includes(joined.status));
  });
  await cases.run('a refusal says the same whatever was wrong, and nothing about it', async () => {
    const bodies = new Set();
    for (const make of Object.values(cases401)) {
      const { body, headers } = await call(url, await make());
      bodies.add(`${body} ${headers.get('www-authenticate')}`.replaceAll(/[0-9a-f]{8,}[0-9a-f-]*/g, '…'));
    }
    assert.deepEqual(bodies.size, 1, [...bodies].join('\n'));
  });
  await cases.run('no call that was refused reached the server', async () => {
    assert.ok(refusedTraces.size >= Object.keys(cases401).length);
    assert.deepEqual(
      [...refusedTraces].filter((trace) => world.upstream.received.has(trace)),
      [],
    );
  });
}

/** An ID token that the partner gave a client which is named like the view: the audience is right, the kind is not. */
async function idToken(world) {
  const client_id = world.gateway.url;
  if (!world.clients[client_id]) {
    const client = { ...world.clients.desk, client_id, id_token_signed_response_alg: 'RS256' };
    world.clients[client_id] = client;
    await world.partner.register(client);
  }
  const { id_token } = await codeFlow(world.partner, client_id, { scope: 'openid', login: 'ann' });
  assert.equal(decodeJwt(id_token).aud, client_id);
  return id_token;
}

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { SignJWT, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { run } from '../kit/children.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { challenge } from '../clients/raw.mjs';
import { accepted, call, refused } from './ask.mjs';
import { callOver } from './load.mjs';
import { freePort } from '../kit/ports.mjs';

/** The holder of a key, who signs a proof for each request (RFC 9449). */
class Prover {
  static async make() {
    const prover = new Prover();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    prover.key = privateKey;
    prover.jwk = await exportJWK(publicKey);
    return prover;
  }

  /** A proof for a POST to `url`, with the hash of `token` if there is one, and what `other` changes. */
  proof(url, token, other = {}) {
    const ath = token && createHash('sha256').update(token).digest('base64url');
    const claims = { htm: 'POST', htu: url, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), ath, ...other };
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: this.jwk })
      .sign(this.key);
  }
}

/** Tokens that are bound to a key or a certificate are good for its holder alone. */
export default async function bound(cases, world) {
  const { gateway, corp, clients } = world;
  const { url } = gateway;
  const prover = await Prover.make();
  const give = async (resource) => {
    const headers = { DPoP: await prover.proof(`${corp.issuer}/token`) };
    return corp.token(clients.batch, resource, { headers });
  };
  const token = await give(url);
  const with_ = (proof, scheme = 'DPoP') =>
    call(url, undefined, 'echo__echo', { headers: { Authorization: `${scheme} ${token}`, ...(proof && { DPoP: proof }) } });

  await cases.run('a token that the provider bound to a key is accepted with a proof, each time with a new one', async () => {
    assert.ok(decodeJwt(token).cnf.jkt);
    await accepted(with_(await prover.proof(url, token)));
    await accepted(with_(await prover.proof(url, token)));
  });
  await cases.run('…and refused as a bearer token, also with a proof', async () => {
    await refused(with_(undefined, 'Bearer'));
    await refused(with_(await prover.proof(url, token), 'Bearer'));
  });
  const once = await prover.proof(url, token);
  await accepted(with_(once));
  const thief = await Prover.make();
  for (const [what, make] of Object.entries({
    'no proof': () => undefined,
    'a proof that was used before': () => once,
    "somebody else's proof": () => thief.proof(url, token),
    'a proof for another URL': () => prover.proof(world.otherView, token),
    'a proof for another method': () => prover.proof(url, token, { htm: 'GET' }),
    'a proof for another token': async () => prover.proof(url, await world.token('batch')),
    'a proof of two minutes ago': () => prover.proof(url, token, { iat: Math.floor(Date.now() / 1000) - 120 }),
    'a proof of the future': () => prover.proof(url, token, { iat: Math.floor(Date.now() / 1000) + 120 }),
  })) {
    await cases.run(`a bound token with ${what}: 401`, async () => {
      const answer = await with_(await make());
      assert.equal(answer.status, 401, answer.body);
      assert.match(answer.headers.get('www-authenticate'), /DPoP .*error="invalid_dpop_proof"/);
    });
  }
  await cases.run('a token that is not bound does not come with the scheme DPoP', async () => {
    const plain = await world.token('batch');
    const headers = { Authorization: `DPoP ${plain}`, DPoP: await prover.proof(url, plain) };
    assert.equal((await call(url, undefined, 'echo__echo', { headers })).status, 401);
  });
  await cases.group('demanded', () => demanded(cases, world, prover, give));
}

/** A gateway that takes bound tokens only, over TLS, with certificates of clients and nonces. */
async function demanded(cases, world, prover, give) {
  const { corp, clients } = world;
  const port = await freePort();
  const gateway = new Gateway(join(world.folder, 'bound'), new URL('bound/', import.meta.url), {
    CORP: corp.issuer,
    UPSTREAM: world.upstream.url,
    PORT: port,
  });
  const pem = await certificates(gateway.folder);
  await gateway.spawn().serving();
  const { url } = gateway;
  const tls = (name) =>
    new Agent({ ca: pem['ca.pem'], ...(name && { cert: pem[`${name}.pem`], key: pem[`${name}.key`] }) });
  const plain = tls();
  const asked = (agent, authorization, headers) => callOver(agent, url, undefined, { Authorization: authorization, ...headers });

  await cases.run('where bound tokens are demanded, a bearer token is refused', async () => {
    const got = await asked(plain, `Bearer ${await corp.token(clients.batch, url)}`);
    assert.equal(got.status, 401, got.answer);
  });
  await cases.run('its metadata and its challenge say that it takes DPoP', async () => {
    const got = await asked(plain, 'Bearer x');
    assert.match(String(got.headers['www-authenticate']), /DPoP /);
    const metadata = await get(plain, challengeOf(got).resource_metadata);
    assert.ok(metadata.dpop_signing_alg_values_supported.includes('ES256'));
  });
  await cases.run('a proof without the nonce gets it with a 401, and is accepted with it', async () => {
    const token = await give(url);
    const first = await asked(plain, `DPoP ${token}`, { DPoP: await prover.proof(url, token) });
    assert.equal(first.status, 401);
    assert.match(String(first.headers['www-authenticate']), /use_dpop_nonce/);
    const nonce = first.headers['dpop-nonce'];
    const second = await asked(plain, `DPoP ${token}`, { DPoP: await prover.proof(url, token, { nonce }) });
    assert.ok(second.done, second.answer);
    const forged = await asked(plain, `DPoP ${token}`, { DPoP: await prover.proof(url, token, { nonce: `${nonce}x` }) });
    assert.equal(forged.status, 401);
  });
  await corp.register({ ...clients.batch, client_id: 'sealed', tls_client_certificate_bound_access_tokens: true });
  const sealed = await corp.token({ ...clients.batch, client_id: 'sealed' }, url, {
    headers: { 'X-Client-Certificate': encodeURIComponent(pem['holder.pem']) },
  });
  await cases.run('a token that the provider bound to a certificate is accepted on a connection with it', async () => {
    assert.ok(decodeJwt(sealed).cnf['x5t#S256']);
    const got = await asked(tls('holder'), `Bearer ${sealed}`);
    assert.ok(got.done, got.answer);
  });
  await cases.run('…and refused with another certificate, with none, and with one in a header', async () => {
    assert.equal((await asked(tls('other'), `Bearer ${sealed}`)).status, 401);
    assert.equal((await asked(plain, `Bearer ${sealed}`)).status, 401);
    const header = { 'X-Client-Cert': encodeURIComponent(pem['holder.pem']), 'Client-Cert': pem['holder.pem'].replaceAll('\n', '') };
    assert.equal((await asked(plain, `Bearer ${sealed}`, header)).status, 401);
  });
  await cases.run('a certificate that the authority did not sign does not get through the handshake or opens nothing', async () => {
    const got = await asked(tls('stranger'), `Bearer ${sealed}`).catch(({ code, message }) => ({ status: code ?? message }));
    assert.ok(got.status === 401 || /ECONN|SSL|EPIPE|socket|alert/i.test(got.status), String(got.status));
  });
  assert.equal(await gateway.stop(), 0);
}

function challengeOf({ headers }) {
  return challenge({ headers: new Headers({ 'WWW-Authenticate': [headers['www-authenticate']].flat().join(', ') }) });
}

async function get(agent, url) {
  const { request } = await import('node:https');
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks))));
    })
      .on('error', reject)
      .end();
  });
}

/** An authority, certificates of the server and of two clients that it signed, and one that nobody did. Returns all as PEM. */
export async function certificates(folder) {
  const at = (name) => join(folder, name);
  const openssl = async (...args) => {
    const { code, text } = await run('openssl', args);
    assert.equal(code, 0, text);
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const self = (name) =>
    openssl('req', '-x509', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`);
  await self('ca');
  await self('stranger');
  writeFileSync(at('san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  for (const name of ['server', 'holder', 'other']) {
    await openssl('req', ...key, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2', '-extfile', at('san')];
    await openssl('x509', '-req', '-in', at(`${name}.csr`), '-out', at(`${name}.pem`), ...signed);
  }
  const names = ['ca', 'stranger', 'server', 'holder', 'other'].flatMap((name) => [`${name}.pem`, `${name}.key`]);
  return Object.fromEntries(names.map((name) => [name, readFileSync(at(name), 'utf8')]));
}

import assert from 'node:assert/strict';
import { until } from '../kit/waiting.mjs';
import { PINNED, SDK, text } from './agents.mjs';
import { challenge, post } from './raw.mjs';

/** Longer than the lifetime of Hasty's tokens, in seconds. */
const EXPIRY_SECONDS_MAX = 10;

/** Only a valid token of the trusted provider, made for this gateway, opens it; whoever has none is told where to ask. */
export default async function tokens(cases, world) {
  const { alice, bob, hasty } = world.users;
  const { gateway, provider, stranger } = world;
  const list = (token) => post(gateway.url, token, 'tools/list');

  await cases.run('a good token is accepted', async () => {
    assert.equal((await list(await world.token(alice))).status, 200);
  });
  await cases.run('no token: 401 and where to find the metadata, without blaming a token', async () => {
    assert.equal((await refused(list(undefined))).error, undefined);
  });
  await cases.run('a token for another audience: 401', async () => {
    const token = await alice.token(provider.issuer, { resource: 'http://127.0.0.1:1/mcp' });
    assert.equal((await refused(list(token))).error, 'invalid_token');
  });
  await cases.run('a token of another issuer: 401', async () => {
    const token = await alice.token(stranger.issuer, { resource: gateway.url });
    assert.equal((await refused(list(token))).error, 'invalid_token');
  });
  await cases.run('a token whose signature was changed: 401', async () => {
    const [head, claims, signature] = (await world.token(bob)).split('.');
    const other = signature.startsWith('A') ? 'B' : 'A';
    assert.equal((await refused(list(`${head}.${claims}.${other}${signature.slice(1)}`))).error, 'invalid_token');
  });
  await cases.run('a token that was good expires: 401 from then on', async () => {
    const token = await hasty.token(provider.issuer, { resource: gateway.url });
    assert.equal((await list(token)).status, 200);
    const late = await until('a 401', EXPIRY_SECONDS_MAX, async () => {
      const answer = await list(token);
      return answer.status === 401 && answer;
    });
    assert.ok(Date.now() >= expiry(token), 'refused before it expired');
    assert.equal((await refused(late)).error, 'invalid_token');
  });
  await cases.run('the metadata named by a 401 follows RFC 9728 and names the provider, which is one', async () => {
    const { resource_metadata: url } = await refused(list(undefined));
    const metadata = await (await fetch(url)).json();
    assert.equal(metadata.resource, gateway.url);
    assert.deepEqual(metadata.authorization_servers, [provider.issuer]);
    assert.deepEqual(metadata.bearer_methods_supported, ['header']);
    assert.ok(metadata.scopes_supported.includes('files:write'));
    const server = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json();
    assert.equal(server.issuer, provider.issuer);
  });
  for (const flavour of [SDK, PINNED]) {
    await cases.run(`${flavour.name}: logs in by what the 401 says alone`, async () => {
      const agent = await world.agentWithLogin(
        flavour,
        flavour.keyProvider({
          clientId: alice.id,
          privateKey: alice.privateKey,
          algorithm: 'ES256',
          expectedIssuer: provider.issuer,
        }),
      );
      assert.equal(text(await agent.call('remote__echo', { message: 'logged in' })), 'Echo: logged in');
    });
  }
}

/** The challenge of a refusal, which must be a 401. */
async function refused(answer) {
  const response = await answer;
  assert.equal(response.status, 401);
  const asked = challenge(response);
  assert.match(asked.resource_metadata, /\/\.well-known\/oauth-protected-resource\/mcp$/);
  return asked;
}

function expiry(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).exp * 1000;
}

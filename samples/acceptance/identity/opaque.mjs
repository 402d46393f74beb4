import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { until } from '../kit/waiting.mjs';
import { accepted, call, isAccepted, refused, toolNames } from './ask.mjs';
import { codeFlow } from './codes.mjs';

/** Longer than the gateway believes an answer of the provider (cache_s in gateway.yaml), and than a short token lives. */
const BELIEVED_SECONDS_MAX = 5;

/** Tokens that say nothing: the gateway asks the provider what they are good for, and believes the answer for a moment. */
export default async function opaque(cases, world) {
  const { gateway, corp } = world;
  const { url } = gateway;
  const token = async (login, { client = 'lounge', resource = url } = {}) => {
    const { access_token } = await codeFlow(corp, client, { scope: 'files:read', resource, login });
    assert.ok(!access_token.includes('.'), 'a JWT');
    return access_token;
  };
  const anns = await token('ann');

  await cases.run('an opaque token is accepted for what the provider says of it', async () => {
    await accepted(call(url, anns));
    assert.deepEqual(await toolNames(url, anns), ['echo__echo', 'echo__report']);
    assert.deepEqual(await toolNames(url, await token('ben')), ['echo__echo']);
  });
  await cases.run('an opaque token for another view, or that the provider does not know: 401', async () => {
    await refused(call(url, await token('ann', { resource: world.otherView })));
    await refused(call(url, randomBytes(32).toString('base64url')));
  });
  await cases.run('an opaque token is asked for scopes like any other', async () => {
    const asked = await refused(call(url, anns, 'echo__export'), { status: 403, error: 'insufficient_scope' });
    assert.deepEqual(asked.scope.split(' ').sort(), ['files:read', 'files:write']);
  });
  await cases.run('an opaque token expires', async () => {
    const short = await token('ann', { client: 'short-lounge' });
    await accepted(call(url, short));
    await until('a 401', BELIEVED_SECONDS_MAX, async () => (await call(url, short)).status === 401);
  });
  await cases.run('a token that is revoked at the provider ends within the time for which an answer is believed', async () => {
    const form = new URLSearchParams({ client_id: 'lounge', token: anns });
    const revoked = await fetch(`${corp.issuer}/token/revocation`, { method: 'POST', body: form });
    assert.equal(revoked.status, 200);
    const begin = performance.now();
    await until('a 401', BELIEVED_SECONDS_MAX, async () => (await call(url, anns)).status === 401);
    return `after ${Math.round(performance.now() - begin)} ms`;
  });
  await cases.run('the provider is down: an opaque token is neither believed for long nor blamed, but gets 503', async () => {
    const [known, unknown] = [await token('ann'), await token('ben')];
    await accepted(call(url, known));
    await corp.kill();
    try {
      assert.equal((await call(url, unknown)).status, 503);
      const late = await until('an end', BELIEVED_SECONDS_MAX, async () => {
        const answer = await call(url, known);
        return !isAccepted(answer) && answer;
      });
      assert.equal(late.status, 503);
      assert.ok(Number(late.headers.get('retry-after')) > 0);
    } finally {
      await corp.start();
    }
  });
}

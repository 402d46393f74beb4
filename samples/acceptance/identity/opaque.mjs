import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { until } from '../kit/waiting.mjs';
import { accepted, call, isAccepted, refused, toolNames } from './ask.mjs';
import { codeFlow } from './codes.mjs';

/** How long the gateway believes an answer of the provider (cache_s in gateway.yaml), and what two clocks may differ by. */
const BELIEVED_MILLIS_MAX = 2000 + 500;

/** In this time an answer must be believed no more, with the calls that show it, in seconds. */
const BELIEVED_SECONDS_MAX = 5;

/** Longer than a short token lives, in seconds. */
const END_SECONDS_MAX = 7;

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
    await until('a 401', END_SECONDS_MAX, async () => (await call(url, short)).status === 401);
  });
  await cases.run('a token that is revoked at the provider ends within the time for which an answer is believed', async () => {
    const form = new URLSearchParams({ client_id: 'lounge', token: anns });
    const revoked = await fetch(`${corp.issuer}/token/revocation`, { method: 'POST', body: form });
    assert.equal(revoked.status, 200);
    const { late, millis } = await noMoreBelieved(url, anns);
    assert.equal(late.status, 401);
    return `last accepted after ${millis} ms`;
  });
  await cases.run('the provider is down: an opaque token is neither believed for long nor blamed, but gets 503', async () => {
    const [known, unknown] = [await token('ann'), await token('ben')];
    await accepted(call(url, known));
    await corp.kill();
    try {
      assert.equal((await call(url, unknown)).status, 503);
      const { late } = await noMoreBelieved(url, known);
      assert.equal(late.status, 503);
      assert.ok(Number(late.headers.get('retry-after')) > 0);
    } finally {
      await corp.start();
    }
  });
}

/**
 * Calls until a token is not accepted any more: no call that began later than an answer of the provider is believed may have been.
 * How long the calls themselves take does not count, so that a slow machine looks like no belief.
 */
async function noMoreBelieved(url, token) {
  const since = performance.now();
  let millis = 0;
  const late = await until('the end of a token', BELIEVED_SECONDS_MAX, async () => {
    const begin = performance.now();
    const answer = await call(url, token);
    if (!isAccepted(answer)) {
      return answer;
    }
    millis = Math.round(begin - since);
    return undefined;
  });
  assert.ok(millis <= BELIEVED_MILLIS_MAX, `still accepted after ${millis} ms`);
  return { late, millis };
}

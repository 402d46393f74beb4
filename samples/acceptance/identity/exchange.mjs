import { errors } from 'oidc-provider';
import { createLocalJWKSet, jwtVerify } from 'jose';

/** RFC 8693, which oidc-provider leaves to its users: the grant type and the parameters that it takes. */
export const EXCHANGE = {
  grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
  parameters: [
    'actor_token',
    'actor_token_type',
    'audience',
    'requested_token_type',
    'resource',
    'scope',
    'subject_token',
    'subject_token_type',
  ],
};

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const TOKEN_TYPES = [ACCESS_TOKEN, 'urn:ietf:params:oauth:token-type:jwt'];

/**
 * Gives the client a token for `resource` (or `audience`) that speaks for the subject of its own token, with the client as
 * the actor.
 */
export function exchange(settings) {
  // by kid alone, as the provider's own keys have one
  const keys = createLocalJWKSet({ keys: settings.keys.map(({ d, p, q, dp, dq, qi, ...key }) => key) });
  return async (ctx) => {
    const { provider, client, params } = ctx.oidc;
    if (!TOKEN_TYPES.includes(params.subject_token_type)) {
      throw new errors.InvalidRequest('subject_token_type is not supported');
    }
    const subject = await verified(params.subject_token, keys, provider.issuer);
    const target = params.resource ?? params.audience;
    if (!target?.startsWith('http://127.0.0.1:')) {
      throw new errors.InvalidTarget();
    }
    const token = new provider.AccessToken({ accountId: subject.sub, client, gty: 'token_exchange', scope: params.scope });
    token.resourceServer = new provider.ResourceServer(target, {
      audience: target,
      accessTokenFormat: 'jwt',
      accessTokenTTL: 120,
      jwt: { sign: { alg: settings.keys[0].alg, kid: settings.keys[0].kid } },
      scope: params.scope ?? '',
    });
    token.exchanged = { groups: subject.groups, act: { sub: client.clientId } };
    ctx.body = {
      access_token: await token.save(),
      issued_token_type: ACCESS_TOKEN,
      token_type: token.tokenType,
      expires_in: token.expiration,
      scope: params.scope,
    };
  };
}

async function verified(token, keys, issuer) {
  try {
    return (await jwtVerify(token, keys, { issuer, typ: 'at+jwt', requiredClaims: ['sub', 'exp'] })).payload;
  } catch (bad) {
    throw new errors.InvalidGrant(`subject_token: ${bad.message}`);
  }
}

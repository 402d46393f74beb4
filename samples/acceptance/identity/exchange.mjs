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
const LIFETIME_S = 120;

/**
 * Gives a client a token for `resource` that speaks for the subject of somebody's token, with the client, which must prove
 * itself by an actor token, as the actor.
 */
export function exchange(settings) {
  const keys = createLocalJWKSet({ keys: settings.keys.map(({ d, p, q, dp, dq, qi, ...key }) => key) });
  return async (ctx) => {
    const { provider, client, params } = ctx.oidc;
    if (params.subject_token_type !== ACCESS_TOKEN || params.actor_token_type !== ACCESS_TOKEN) {
      throw new errors.InvalidRequest('a token type is not supported');
    }
    const subject = await verified(params.subject_token, keys, provider.issuer);
    const actor = await provider.ClientCredentials.find(params.actor_token);
    if (actor?.clientId !== client.clientId) {
      throw new errors.InvalidGrant('actor_token is not a token of this client');
    }
    if (!params.resource?.startsWith('http://127.0.0.1:')) {
      throw new errors.InvalidTarget();
    }
    const token = new provider.AccessToken({
      accountId: subject.sub,
      client,
      gty: 'token_exchange',
      scope: params.scope,
      expiresIn: Math.min(LIFETIME_S, subject.exp - Math.floor(Date.now() / 1000)),
    });
    token.resourceServer = new provider.ResourceServer(params.resource, {
      audience: params.resource,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: settings.keys[0].alg, kid: settings.keys[0].kid } },
      scope: params.scope ?? '',
    });
    token.exchanged = { act: { sub: client.clientId } };
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

// An identity provider: node provider.mjs CLIENTS_FILE
//
// npm oidc-provider with the client_credentials grant only. For every resource on loopback it gives JWT access tokens
// after RFC 9068, signed with a fresh ES256 key, with the client's groups as a claim. CLIENTS_FILE holds the clients'
// metadata as JSON, with two members of our own: groups, and token_lifetime_s. Prints "READY issuer".

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider, errors } from 'oidc-provider';

const TOKEN_LIFETIME_S = 600;
const SCOPES = 'files:write';

const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const signingKey = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'ES256', kid: 'acceptance' };

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: JSON.parse(readFileSync(process.argv[2], 'utf8')).map((client) => ({
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    ...client,
  })),
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  extraClientMetadata: { properties: ['groups', 'token_lifetime_s'] },
  extraTokenClaims: (ctx) => ({ groups: ctx.oidc.client.groups }),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
  },
  jwks: { keys: [signingKey] },
  scopes: SCOPES.split(' '),
});

function resourceServer(ctx, resource, client) {
  if (!resource.startsWith('http://127.0.0.1:')) {
    throw new errors.InvalidTarget();
  }
  return {
    scope: SCOPES,
    audience: resource,
    accessTokenFormat: 'jwt',
    accessTokenTTL: client.token_lifetime_s ?? TOKEN_LIFETIME_S,
    jwt: { sign: { alg: 'ES256' } },
  };
}

server.on('request', provider.callback());
console.log(`READY ${issuer}`);

// An identity provider: node provider.mjs SETTINGS_FILE
//
// npm oidc-provider: client credentials, authorization code with PKCE, dynamic registration, DPoP, certificate-bound
// tokens, introspection, revocation and token exchange. SETTINGS_FILE is JSON:
//
//   port      where it listens; 0 takes a free one
//   shape     "rfc9068" for tokens as RFC 9068 wants them, "older" for what older products give: typ JWT, the client as
//             azp, scopes as a list scp, groups as roles
//   keys      private JWKs; the first is the one that signs
//   clients   metadata of the clients, with three members of our own: groups, token_lifetime_s, token_format
//   accounts  {name: {groups}} of the users; whoever names one is logged in, this provider asks for no password
//
// Prints "READY issuer". SIGHUP makes it read the file again, as after a change by its operator, and print the file's
// "GENERATION generation"; keys that are no longer there are gone. GET /looks answers how often its keys were fetched.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Provider, errors } from 'oidc-provider';
import { EXCHANGE, exchange } from './exchange.mjs';

const TOKEN_LIFETIME_S = 600;
const SCOPES = 'files:read files:write';

const read = () => JSON.parse(readFileSync(process.argv[2], 'utf8'));

let settings = read();
const server = createServer().listen(settings.port, '127.0.0.1');
await once(server, 'listening');
const issuer = `http://127.0.0.1:${server.address().port}`;

let serve = provider();
let looks = 0;
server.on('request', (request, response) => {
  if (request.url === '/looks') {
    response.end(String(looks));
    return;
  }
  looks += request.url === '/jwks' ? 1 : 0;
  serve(request, response);
});
process.on('SIGHUP', () => {
  settings = read();
  serve = provider();
  console.log(`GENERATION ${settings.generation}`);
});
console.log(`READY ${issuer}`);

function provider() {
  const made = new Provider(issuer, {
    clients: settings.clients,
    clientDefaults: { id_token_signed_response_alg: settings.keys[0].alg },
    // what one instance signed as a cookie, the next accepts
    cookies: { keys: [settings.cookieKey] },
    extraClientMetadata: { properties: ['groups', 'token_lifetime_s', 'token_format'] },
    extraTokenClaims: (ctx, token) => ({
      groups: token.accountId ? settings.accounts[token.accountId].groups : ctx.oidc.client.groups,
      ...token.exchanged,
    }),
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: true },
      dPoP: { enabled: true },
      introspection: { enabled: true },
      mTLS: {
        enabled: true,
        certificateBoundAccessTokens: true,
        // as behind something that ends TLS
        getCertificate: (ctx) => decodeURIComponent(ctx.get('x-client-certificate')) || undefined,
      },
      registration: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer },
      revocation: { enabled: true },
    },
    findAccount: (ctx, sub) => sub in settings.accounts && { accountId: sub, claims: () => ({ sub }) },
    formats: { customizers: { jwt: settings.shape === 'older' ? older : undefined } },
    jwks: { keys: settings.keys },
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 600 },
  });
  made.registerGrantType(EXCHANGE.grantType, exchange(settings), EXCHANGE.parameters);
  return made.callback();
}

function resourceServer(ctx, resource, client) {
  if (!/^https?:\/\/127\.0\.0\.1:/.test(resource)) {
    throw new errors.InvalidTarget();
  }
  return {
    scope: SCOPES,
    audience: resource,
    accessTokenFormat: client.token_format ?? 'jwt',
    accessTokenTTL: client.token_lifetime_s ?? TOKEN_LIFETIME_S,
    jwt: { sign: { alg: settings.keys[0].alg, kid: settings.keys[0].kid } },
  };
}

function older(ctx, token, parts) {
  const { client_id: azp, scope, groups: roles, ...claims } = parts.payload;
  parts.header = { typ: 'JWT' };
  parts.payload = { ...claims, azp, roles, scp: scope?.split(' ') ?? [] };
}

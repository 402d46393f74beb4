// An identity provider: node provider.mjs SETTINGS_FILE
//
// npm oidc-provider: client credentials, authorization code with PKCE, dynamic registration, DPoP, certificate-bound
// tokens, introspection, revocation and token exchange. SETTINGS_FILE is JSON:
//
//   host      the loopback address where it listens; 127.0.0.1 if there is none
//   port      where it listens; 0 takes a free one
//   shape     "rfc9068" for tokens as RFC 9068 wants them, "older" for what older products give: typ JWT, the client as
//             azp, scopes as a list scp, groups as roles
//   keys      private JWKs; the first is the one that signs
//   clients   metadata of the clients, with three members of our own: groups, token_lifetime_s, token_format
//   accounts  {name: {groups}} of the users; whoever names one is logged in, this provider asks for no password
//   token_lifetime_s  for clients that do not say
//   renews    whether each client that may renew its tokens gets a refresh token, and a new one each time
//   documents  whether a client may be the URL of its metadata, also on loopback, where oidc-provider would ask nobody
//   ended     [name] of users who have taken back what they granted; tokens that were given end with their life only
//   closed    whether nobody can connect, as in an outage that nothing is forgotten in
//   heard     file that takes every request and all tokens that are given, a JSON document a line
//
// Prints "READY issuer". SIGHUP makes it read the file again, as after a change by its operator, and print the file's
// "GENERATION generation"; keys that are no longer there are gone, and with other keys or clients all that was given
// is. GET /looks answers how often its keys were fetched.

import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { Provider, errors } from 'oidc-provider';
import { EXCHANGE, exchange } from './exchange.mjs';

const TOKEN_LIFETIME_S = 600;
const SCOPES = 'files:read files:write';

const read = () => JSON.parse(readFileSync(process.argv[2], 'utf8'));

let settings = read();
const host = settings.host ?? '127.0.0.1';
const server = createServer().listen(settings.port, host);
await once(server, 'listening');
const { port } = server.address();
const issuer = `http://${host}:${port}`;

/** The grants of each user. */
const grants = new Map();

let serve = provider();
let looks = 0;
server.on('request', (request, response) => {
  if (request.url === '/looks') {
    response.end(String(looks));
    return;
  }
  looks += request.url === '/jwks' ? 1 : 0;
  hear(request);
  serve(request, response);
});
process.on('SIGHUP', async () => {
  const before = settings;
  settings = read();
  // a new one would have forgotten what it gave
  if (JSON.stringify([before.keys, before.clients]) !== JSON.stringify([settings.keys, settings.clients])) {
    serve = provider();
  }
  for (const grant of (settings.ended ?? []).flatMap((name) => grants.get(name) ?? [])) {
    await grant.destroy();
  }
  if (Boolean(settings.closed) === server.listening) {
    await (settings.closed ? close() : once(server.listen(port, host), 'listening'));
  }
  console.log(`GENERATION ${settings.generation}`);
});
console.log(`READY ${issuer}`);

function provider() {
  const made = new Provider(issuer, {
    clients: settings.clients,
    clientDefaults: { id_token_signed_response_alg: settings.keys[0].alg },
    // what one instance signed as a cookie, the next accepts
    cookies: {
      keys: [settings.cookieKey],
      // browsers do not tell ports apart
      names: { session: `_session_${port}`, interaction: `_interaction_${port}`, resume: `_resume_${port}` },
    },
    extraClientMetadata: { properties: ['groups', 'token_lifetime_s', 'token_format'] },
    extraTokenClaims: (ctx, token) => ({
      groups: token.accountId ? settings.accounts[token.accountId].groups : ctx.oidc.client.groups,
      ...token.exchanged,
    }),
    features: {
      clientIdMetadataDocument: { enabled: settings.documents ?? false, ack: 'draft-02' },
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
    fetch: (url, { dispatcher, ...options }) => fetch(url, options),
    findAccount: (ctx, sub) => sub in settings.accounts && { accountId: sub, claims: () => ({ sub }) },
    formats: { customizers: { jwt: settings.shape === 'older' ? older : undefined } },
    jwks: { keys: settings.keys },
    ...(settings.renews && {
      issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
      rotateRefreshToken: true,
    }),
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    ttl: { Session: 600, Grant: 600, Interaction: 600, IdToken: 600 },
  });
  made.registerGrantType(EXCHANGE.grantType, exchange(settings), EXCHANGE.parameters);
  made.on('grant.success', ({ oidc, body }) => {
    const { Grant: grant } = oidc.entities;
    if (grant !== undefined) {
      grants.set(grant.accountId, [...(grants.get(grant.accountId) ?? []), grant]);
    }
    keep({ given: body });
  });
  return made.callback();
}

function keep(heard) {
  if (settings.heard !== undefined) {
    appendFileSync(settings.heard, `${JSON.stringify(heard)}\n`);
  }
}

/** Keeps a request, whose body the provider reads: a second reader would take it away. */
function hear(request) {
  const { emit, headers, method, url } = request;
  let body = '';
  request.emit = function heard(event, ...args) {
    if (event === 'data') {
      body += args[0];
    } else if (event === 'end') {
      keep({ method, url, headers, body });
    }
    return emit.call(this, event, ...args);
  };
}

// without an open port a program ends
setInterval(() => {}, 60_000);

async function close() {
  server.close();
  server.closeAllConnections();
}

function resourceServer(ctx, resource, client) {
  if (!/^https?:\/\/(127\.0\.0\.1|localhost):/.test(resource)) {
    throw new errors.InvalidTarget();
  }
  return {
    scope: SCOPES,
    audience: resource,
    accessTokenFormat: client.token_format ?? 'jwt',
    accessTokenTTL: client.token_lifetime_s ?? settings.token_lifetime_s ?? TOKEN_LIFETIME_S,
    jwt: { sign: { alg: settings.keys[0].alg, kid: settings.keys[0].kid } },
  };
}

function older(ctx, token, parts) {
  const { client_id: azp, scope, groups: roles, ...claims } = parts.payload;
  parts.header = { typ: 'JWT' };
  parts.payload = { ...claims, azp, roles, scp: scope?.split(' ') ?? [] };
}

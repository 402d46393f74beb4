import { randomBytes } from 'node:crypto';
import { REDIRECT } from '../identity/world.mjs';

/** How long the tokens of the client "hasty" live, in seconds. */
export const HASTY_SECONDS = 5;

const secret = () => randomBytes(24).toString('base64url');

/** Secrets of the clients that have one, by client id, and the users' passwords. */
export const SECRETS = Object.fromEntries(['batch', 'helper', 'hasty', 'other', 'rsa'].map((id) => [id, secret()]));
export const PASSWORDS = { ann: secret(), ben: secret() };

const mapper = (name, protocolMapper, config) => ({ name, protocol: 'openid-connect', protocolMapper, config });

const GROUPS = mapper('groups', 'oidc-group-membership-mapper', {
  'claim.name': 'groups',
  'full.path': 'false',
  'access.token.claim': 'true',
  'id.token.claim': 'true',
});

const audience = (name, kind, value) =>
  mapper(name, 'oidc-audience-mapper', { [`included.${kind}.audience`]: value, 'access.token.claim': 'true' });

/** A client whose tokens are ES256 and, as operators set it up, for the gateway's view and the gateway as a client of its own. */
const client = (clientId, resource, more = {}) => ({
  clientId,
  enabled: true,
  protocol: 'openid-connect',
  publicClient: false,
  standardFlowEnabled: false,
  directAccessGrantsEnabled: false,
  secret: SECRETS[clientId],
  ...more,
  attributes: { 'access.token.signed.response.alg': 'ES256', 'id.token.signed.response.alg': 'ES256', ...more.attributes },
  protocolMappers: [GROUPS, audience('view', 'custom', resource), audience('gateway', 'client', 'gateway'), ...(more.protocolMappers ?? [])],
});

const app = (clientId, resource, more) =>
  client(clientId, resource, {
    publicClient: true,
    standardFlowEnabled: true,
    directAccessGrantsEnabled: true,
    redirectUris: [REDIRECT],
    ...more,
    attributes: { 'pkce.code.challenge.method': 'S256', ...more?.attributes },
  });

const user = (username, group, { realmRoles = [], ...more }) => ({
  username,
  enabled: true,
  email: `${username}@acceptance.example`,
  emailVerified: true,
  firstName: username,
  lastName: 'Acceptance',
  groups: [`/${group}`],
  realmRoles,
  ...more,
});

const person = (username, group, roles) =>
  user(username, group, { credentials: [{ type: 'password', value: PASSWORDS[username] }], realmRoles: roles });

const machine = (clientId, group, roles) =>
  user(`service-account-${clientId}`, group, { serviceAccountClientId: clientId, realmRoles: roles });

/**
 * A realm as an operator would import it.
 *
 * @param {string} name
 * @param {string} resource URL of the gateway's view, which tokens are for
 * @param {object} jwks the public key of the gateway as a client
 */
export function realm(name, resource, jwks) {
  // with it an account has what Keycloak gives to all: roles at its own client "account", which then stands in aud, too
  const everybodys = `default-roles-${name}`;
  return {
    realm: name,
    enabled: true,
    sslRequired: 'external',
    accessTokenLifespan: 300,
    roles: { realm: [{ name: 'auditor' }, { name: 'clerk' }] },
    groups: [{ name: 'staff' }, { name: 'readers' }],
    users: [
      person('ann', 'staff', [everybodys, 'auditor']),
      person('ben', 'readers', [everybodys, 'clerk']),
      machine('batch', 'staff', [everybodys, 'auditor']),
      machine('helper', 'readers', [everybodys, 'clerk']),
      machine('hasty', 'staff', [everybodys, 'auditor']),
      machine('other', 'staff', [everybodys, 'auditor']),
      machine('rsa', 'staff', [everybodys, 'auditor']),
      machine('gateway', 'readers', [everybodys]),
    ],
    clients: [
      app('desk', resource),
      client('batch', resource, { serviceAccountsEnabled: true }),
      client('helper', resource, { serviceAccountsEnabled: true }),
      client('hasty', resource, {
        serviceAccountsEnabled: true,
        attributes: { 'access.token.lifespan': String(HASTY_SECONDS) },
      }),
      client('rsa', resource, { serviceAccountsEnabled: true, attributes: { 'access.token.signed.response.alg': 'RS256' } }),
      // whose tokens are for somebody else
      client('other', 'http://127.0.0.1:1/mcp', { serviceAccountsEnabled: true }),
      // the gateway itself: proves itself by its key, may exchange, and asks about tokens
      client('gateway', 'urn:acceptance:nobody', {
        serviceAccountsEnabled: true,
        clientAuthenticatorType: 'client-jwt',
        attributes: {
          'standard.token.exchange.enabled': 'true',
          'token.endpoint.auth.signing.alg': 'ES256',
          'use.jwks.string': 'true',
          'jwks.string': JSON.stringify(jwks),
        },
        protocolMappers: [audience('crm', 'client', 'crm')],
      }),
      // the server behind the gateway, as the audience of exchanged tokens
      client('crm', resource, { secret: secret() }),
    ],
    components: {
      'org.keycloak.keys.KeyProvider': [ecKeys('first', 100), rsaKeys('rsa', 100), hmacKeys('hmac', 100), aesKeys('aes', 100)],
    },
  };
}

const provider = (name, providerId, priority, config) => ({
  name,
  providerId,
  config: { priority: [String(priority)], enabled: ['true'], active: ['true'], ...config },
});

/** A generated ES256 key; the one with the highest priority signs. */
export const ecKeys = (name, priority) => provider(name, 'ecdsa-generated', priority, { ecdsaEllipticCurveKey: ['P-256'] });

const rsaKeys = (name, priority) => provider(name, 'rsa-generated', priority, { algorithm: ['RS256'] });
const hmacKeys = (name, priority) => provider(name, 'hmac-generated', priority, { algorithm: ['HS512'] });
const aesKeys = (name, priority) => provider(name, 'aes-generated', priority, {});

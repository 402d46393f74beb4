// What an operator configures and a user does in each auth scenario of the suite.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from '../../acceptance/kit/waiting.mjs';

/** How long the gateway may take until it has read the server's lists, in seconds. */
const LISTS_SECONDS_MAX = 30;

const LISTS = fileURLToPath(new URL('lists.json', import.meta.url));

/** Users' tokens from wherever the server says; the suite's servers tell nothing without one, so the lists are written down. */
const user =
  (more = {}) =>
  () => ({
    user_oauth: { register: true, allow_networks: ['127.0.0.0/8', '::1/128'], lists: { file: LISTS }, ...more },
  });

/** The user agrees so many times, and the call goes through. */
const agreed =
  (consents = 1) =>
  async (agent) => {
    assert.equal((await agent.call()).text, 'test');
    assert.deepEqual(agent.pages, Array(consents).fill(200));
  };

/** The gateway does not go on with a server like that: the user sees that it did not work, and the call has no result. */
async function refused(agent) {
  assert.ok((await agent.call()).isError);
  assert.deepEqual([...new Set(agent.pages)], [400]);
}

const good = { credential: user(), play: agreed() };
const bad = { credential: user(), play: refused };

export const SCENARIOS = {
  'auth/metadata-default': good,
  'auth/metadata-var1': good,
  'auth/metadata-var2': good,
  'auth/metadata-var3': good,
  // the suite wants this very document, which is then the operator's
  'auth/basic-cimd': {
    credential: user({ client: { id: 'https://conformance-test.local/client-metadata.json' } }),
    play: agreed(),
  },
  'auth/scope-from-www-authenticate': good,
  'auth/scope-from-scopes-supported': good,
  'auth/scope-omitted-when-undefined': good,
  'auth/scope-step-up': { credential: user(), play: agreed(2) },
  'auth/scope-retry-limit': {
    credential: user(),
    async play(agent) {
      assert.ok((await agent.call()).isError);
      assert.ok(agent.pages.length > 0);
    },
  },
  'auth/token-endpoint-auth-basic': good,
  'auth/token-endpoint-auth-post': good,
  'auth/token-endpoint-auth-none': good,
  'auth/pre-registration': {
    credential: async ({ context: { client_id: id, client_secret }, ...where }) => {
      const { issuer } = await authorizationServer(where);
      return user({ client: { id, issuer, secret: secret(where, client_secret) } })();
    },
    play: agreed(),
  },
  'auth/resource-mismatch': bad,
  'auth/offline-access-scope': good,
  'auth/offline-access-not-supported': good,
  // after the first call the server trusts another authorization server
  'auth/authorization-server-migration': {
    credential: user(),
    async play(agent) {
      await agent.call();
      assert.equal((await agent.call()).text, 'test');
      assert.deepEqual(agent.pages, [200, 200]);
    },
  },
  'auth/iss-supported': good,
  'auth/iss-not-advertised': good,
  'auth/iss-supported-missing': bad,
  'auth/iss-wrong-issuer': bad,
  'auth/iss-unexpected': bad,
  'auth/iss-normalized': bad,
  'auth/metadata-issuer-mismatch': bad,

  // a server of 2025-03-26 names nobody; the operator does
  'auth/2025-03-26-oauth-metadata-backcompat': {
    credential: ({ server }) => user({ authorization_server: new URL(server).origin })(),
    play: agreed(),
  },

  // no user at all: the gateway's own token, also for the lists
  'auth/client-credentials-jwt': {
    credential: async ({ context: { client_id: id, private_key_pem }, ...where }) => {
      const { issuer, token_endpoint } = await authorizationServer(where);
      return own(token_endpoint, { id, private_key: secret(where, private_key_pem), audience: issuer });
    },
    play: listed,
  },
  'auth/client-credentials-basic': {
    credential: async ({ context: { client_id: id, client_secret }, ...where }) => {
      const { token_endpoint } = await authorizationServer(where);
      return own(token_endpoint, { id, secret: secret(where, client_secret) });
    },
    play: listed,
  },
};

function own(token_url, client) {
  return { client_credentials: { token_url, client, allow_networks: ['127.0.0.0/8', '::1/128'] } };
}

async function listed(agent) {
  await until('the gateway lists the tool', LISTS_SECONDS_MAX, () => agent.lists());
  assert.equal((await agent.call()).text, 'test');
  assert.deepEqual(agent.pages, []);
}

/** What the operator of such a client looks up once, in the server's metadata. */
async function authorizationServer({ server }) {
  const { origin, pathname } = new URL(server);
  const resource = await (await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`)).json();
  const issuer = resource.authorization_servers[0];
  return (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json();
}

/** Keeps a secret beside the configuration; gives how that refers to it. */
function secret({ home, alias }, value) {
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, `${alias}.secret`), value, { mode: 0o600 });
  return { file: `${alias}.secret` };
}

import assert from 'node:assert/strict';
import { decodeJwt } from 'jose';
import { LEGACY, PINNED, SDK, text } from '../clients/agents.mjs';
import { challenge, post } from '../clients/raw.mjs';
import { authorize, unescaped } from '../identity/browser.mjs';
import { UserLogin, code, connected, loggedIn, unauthorized } from '../identity/login.mjs';
import { PASSWORDS } from './realm.mjs';

/** Client libraries that know the gateway's URL alone find the realm; their user fills in Keycloak's form. */
export default async function login(cases, world) {
  const { gateway, keycloak } = world;
  const issuer = keycloak.issuer('acme');
  const user = (name) => new UserLogin(name, { client_id: 'desk', issuer }, browser);

  await cases.run('a 401 names metadata (RFC 9728) that name this view and the realms, which say who they are', async () => {
    const { resource_metadata: url } = challenge(await post(gateway.url, undefined, 'tools/list'));
    const metadata = await (await fetch(url)).json();
    assert.equal(metadata.resource, gateway.url);
    assert.deepEqual(metadata.authorization_servers.sort(), [issuer, keycloak.issuer('strict')].sort());
    const { origin, pathname } = new URL(issuer);
    for (const place of [`${origin}/.well-known/oauth-authorization-server${pathname}`, `${issuer}/.well-known/openid-configuration`]) {
      assert.equal((await (await fetch(place)).json()).issuer, issuer, place);
    }
  });
  for (const flavour of [SDK, LEGACY, PINNED]) {
    await cases.run(`${flavour.name}: logs Ann in at Keycloak's form from the 401 on (code, PKCE), and she calls`, async () => {
      const ann = user('ann');
      const agent = await loggedIn(world, flavour, ann);
      assert.equal(text(await agent.call('echo__echo', { text: 'logged in' })), 'logged in');
      const claims = decodeJwt(ann.tokens().access_token);
      assert.equal(claims.preferred_username, 'ann');
      assert.equal(claims.iss, issuer);
      assert.ok(claims.aud.includes(gateway.url));
      assert.equal(ann.url.searchParams.get('code_challenge_method'), 'S256');
      assert.equal(ann.back.searchParams.get('iss'), issuer);
      await agent.close();
    });
  }
  await cases.run(`${PINNED.name}: Ben is not Ann: he sees what his group may`, async () => {
    const agent = await loggedIn(world, PINNED, user('ben'));
    assert.deepEqual((await agent.list()).map(({ name }) => name).sort(), ['echo__echo', 'exchanged__echo']);
    await agent.close();
  });
  await cases.run(`${PINNED.name}: a call that lacks scopes leads to one more login, with all of them, and then goes through`, async () => {
    const ann = user('ann');
    ann.grantsOnly = 'files:read';
    const { agent, transport } = await connected(world, PINNED, ann);
    const logins = ann.asked.length;
    await unauthorized(agent.call('echo__export', { text: 'x' }));
    assert.equal(ann.asked.length, logins + 1);
    await transport.finishAuth(...code(PINNED, ann));
    assert.equal(text(await agent.call('echo__export', { text: 'now it may' })), 'now it may');
    await agent.close();
  });
  await cases.run("a wrong password at Keycloak's form leads nowhere", async () => {
    const eve = new UserLogin('ann', { client_id: 'desk', issuer }, (url, redirect) =>
      authorize(url, redirect, { username: 'ann', password: 'wrong' }, filledIn),
    );
    await assert.rejects(loggedIn(world, PINNED, eve));
    assert.equal(eve.back, undefined);
  });
}

const browser = (url, redirect, username) =>
  authorize(url, redirect, { username, password: PASSWORDS[username] }, filledIn);

/** Keycloak's login form, filled in; nothing for any other page. */
function filledIn({ url, text }, login) {
  const action = /<form id="kc-form-login"[^>]* action="([^"]+)"/.exec(text.replaceAll('\n', ' '))?.[1];
  return action && { url: new URL(unescaped(action), url), form: { ...login, credentialId: '' } };
}

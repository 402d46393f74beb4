import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { Agent, LEGACY, PINNED, SDK, text } from '../clients/agents.mjs';
import { challenge, post } from '../clients/raw.mjs';
import { authorize } from './browser.mjs';
import { REDIRECT } from './world.mjs';

/** What an application gives an MCP client library to log its user in with; the browser is a script. */
export class UserLogin {
  #login;
  #browser;
  #information;
  #tokens;
  #verifier;
  #discovered;

  /** Where the browser came back to. */
  back;
  /** Scopes of each authorization request, in order. */
  asked = [];
  /** The only scope that the user grants at the next login, if not all that are asked for. */
  grantsOnly;
  redirectUrl = REDIRECT;
  clientMetadata = {
    client_name: 'acceptance',
    application_type: 'native',
    grant_types: ['authorization_code'],
    redirect_uris: [REDIRECT],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };

  /**
   * @param {object} [information] a client that the provider knows; without one the library must register
   * @param {function} [browser] what takes an authorization URL back to the client
   */
  constructor(login, information, browser = authorize) {
    this.#login = login;
    this.#information = information;
    this.#browser = browser;
  }

  state = () => randomBytes(8).toString('hex');
  clientInformation = () => this.#information;
  saveClientInformation = (information) => (this.#information = information);
  tokens = () => this.#tokens;
  saveTokens = (tokens) => (this.#tokens = tokens);
  saveCodeVerifier = (verifier) => (this.#verifier = verifier);
  codeVerifier = () => this.#verifier;
  discoveryState = () => this.#discovered;
  saveDiscoveryState = (state) => (this.#discovered = state);

  async redirectToAuthorization(url) {
    this.url = url;
    this.asked.push((url.searchParams.get('scope') ?? '').split(' ').filter(Boolean).sort());
    if (this.grantsOnly !== undefined) {
      url.searchParams.set('scope', this.grantsOnly);
      this.grantsOnly = undefined;
    }
    this.back = await this.#browser(url, REDIRECT, this.#login);
  }
}

/** Client libraries that know nothing but the gateway's URL find the provider, log their user in and call. */
export default async function login(cases, world) {
  const { gateway, corp } = world;
  const desk = { client_id: 'desk', issuer: corp.issuer };
  await cases.run('a 401 names metadata (RFC 9728) that name this view and the providers, which say who they are', async () => {
    const answer = await post(gateway.url, undefined, 'tools/list');
    const { resource_metadata: url } = challenge(answer);
    const metadata = await (await fetch(url)).json();
    assert.equal(metadata.resource, gateway.url);
    assert.deepEqual(metadata.authorization_servers.sort(), [corp.issuer, world.partner.issuer].sort());
    for (const issuer of metadata.authorization_servers) {
      assert.equal((await (await fetch(`${issuer}/.well-known/openid-configuration`)).json()).issuer, issuer);
    }
    const other = await (await fetch(url.replace(/\/mcp$/, '/mcp/other'))).json();
    assert.equal(other.resource, world.otherView);
  });

  for (const flavour of [SDK, LEGACY, PINNED]) {
    for (const [how, information] of [
      ['registered beforehand', desk],
      ['that registers itself', undefined],
    ]) {
      await cases.run(`${flavour.name}: a client ${how} logs Ann in from the 401 on, and she calls`, async () => {
        const user = new UserLogin('ann', information);
        const agent = await loggedIn(world, flavour, user);
        assert.equal(text(await agent.call('echo__echo', { text: 'logged in' })), 'logged in');
        const claims = decodeJwt(user.tokens().access_token);
        assert.equal(claims.sub, 'ann');
        assert.equal(claims.aud, gateway.url);
        assert.equal(user.url.searchParams.get('resource'), gateway.url);
        assert.equal(user.url.searchParams.get('code_challenge_method'), 'S256');
        assert.equal(user.back.searchParams.get('iss'), corp.issuer);
        await agent.close();
      });
    }
    await cases.run(`${flavour.name}: Ben is not Ann: he sees what his group may`, async () => {
      const agent = await loggedIn(world, flavour, new UserLogin('ben', desk));
      const names = (await agent.list()).map(({ name }) => name);
      assert.ok(!names.includes('echo__report'), String(names));
      await agent.close();
    });
    await cases.run(`${flavour.name}: a call that lacks scopes leads to one more login, with all of them, and then goes through`, async () => {
      const user = new UserLogin('ann', desk);
      user.grantsOnly = 'files:read';
      const { agent, transport } = await connected(world, flavour, user);
      const logins = user.asked.length;
      await unauthorized(agent.call('echo__export', { text: 'x' }));
      assert.equal(user.asked.length, logins + 1);
      for (const scope of ['files:read', 'files:write']) {
        assert.ok(user.asked.at(-1).includes(scope), String(user.asked.at(-1)));
      }
      await transport.finishAuth(...code(flavour, user));
      assert.equal(text(await agent.call('echo__export', { text: 'now it may' })), 'now it may');
      await agent.close();
    });
  }
}

/** A connected agent of that library; its user logs in on the way. */
export async function loggedIn(world, flavour, user) {
  return (await connected(world, flavour, user)).agent;
}

/** Connects twice: the first attempt ends in the login. */
export async function connected(world, flavour, user) {
  const url = new URL(world.gateway.url);
  const first = flavour.http(url, { authProvider: user });
  await unauthorized(new Agent(flavour).connect(first));
  await first.finishAuth(...code(flavour, user));
  const transport = flavour.http(url, { authProvider: user });
  return { agent: await new Agent(flavour).connect(transport), transport };
}

/** What `finishAuth` of that library takes. */
export function code(flavour, { back }) {
  assert.ok(back.searchParams.has('code'), back.search);
  return flavour === SDK ? [back.searchParams.get('code')] : [back.searchParams];
}

/** The attempt must end in the login. */
export async function unauthorized(attempt) {
  const error = await attempt.then(
    () => undefined,
    (refused) => refused,
  );
  assert.ok(/Unauthorized/i.test(`${error?.name} ${error?.constructor?.name} ${error?.message}`), error?.stack ?? 'it was let in');
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, exportPKCS8, generateKeyPair } from 'jose';
import { Gateway } from '../kit/gateway.mjs';
import { records } from '../kit/records.mjs';
import { EchoUpstream } from '../kit/upstream.mjs';
import { call } from './ask.mjs';
import { Visitor } from './browser.mjs';
import { codeFlow } from './codes.mjs';
import { Guard } from './guard.mjs';
import { IdentityProvider } from './idp.mjs';
import { freePort } from '../kit/ports.mjs';

/** Where the authorization server and the gateway are: for a browser two sites, and the provider's is a third. */
const SERVER_HOST = '127.0.0.2';
const GATEWAY_HOST = 'localhost';

/** Life of the tokens of each client there, in seconds. */
const LIFE_S = { crm: 600, hasty: 8, shelf: 40 };

const USERS = ['ann', 'ben', 'cem', 'dora', 'eve'];

/** What a user is called at the servers: somebody else than at the gateway. */
export const there = (name) => `${name}-of-crm`;

/**
 * What runs around users' own tokens: the provider at which agents and users log in, the authorization server of three MCP
 * servers, those, and a gateway.
 */
export class Consented {
  /**
   * Starts all but the gateway.
   *
   * @param {URL} sources folder of the gateway's configuration
   * @param {object} more settings of the authorization server
   */
  static async start(world, name, sources, scheme = 'http', more = {}) {
    const consented = new Consented();
    consented.world = world;
    consented.secrets = {
      'login.secret': randomBytes(24).toString('base64url'),
      // with characters that must be encoded on their way
      'crm.secret': `${randomBytes(24).toString('base64url')}+/=&%: ~`,
      'ops.token': world.operator,
    };
    const port = await freePort();
    const origin = `${scheme}://${GATEWAY_HOST}:${port}`;
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    await world.corp.register(consented.#client(`gateway-login-${name}`, origin, { client_secret: consented.secrets['login.secret'] }));
    const settings = {
      shape: 'rfc9068',
      host: SERVER_HOST,
      renews: true,
      token_lifetime_s: LIFE_S.shelf,
      accounts: Object.fromEntries(USERS.map((user) => [there(user), {}])),
      clients: [
        consented.#client('gateway-at-crm', origin, {
          client_secret: consented.secrets['crm.secret'],
          token_lifetime_s: LIFE_S.crm,
        }),
        consented.#client('gateway-in-haste', origin, {
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
          grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
          jwks: { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', use: 'sig' }] },
          token_lifetime_s: LIFE_S.hasty,
        }),
      ],
      ...more,
    };
    consented.server = await (await IdentityProvider.make(world.folder, `${name}-server`, 'ES256', settings)).start();
    await consented.#upstreams();
    consented.gateway = new Gateway(join(world.folder, name), sources, {
      CORP: world.corp.issuer,
      LOGIN: `gateway-login-${name}`,
      SERVER: consented.server.issuer,
      PORT: port,
      ...Object.fromEntries(Object.entries(consented.upstreams).map(([alias, { url }]) => [alias.toUpperCase(), url])),
    });
    for (const [file, secret] of Object.entries(consented.secrets)) {
      writeFileSync(join(consented.gateway.folder, file), secret, { mode: 0o600 });
    }
    writeFileSync(join(consented.gateway.folder, 'client.pem'), await exportPKCS8(privateKey), { mode: 0o600 });
    return consented;
  }

  #client(client_id, origin, more) {
    return {
      client_id,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [`${origin}/oauth/callback`],
      response_types: ['code'],
      ...more,
    };
  }

  async #upstreams() {
    this.guards = {};
    this.upstreams = {};
    for (const alias of Object.keys(LIFE_S)) {
      this.guards[alias] = new Guard(this.server.issuer, { echo: 'files:read', write: 'files:write' }, alias !== 'hasty');
      this.upstreams[alias] = await EchoUpstream.start(['echo', 'write'], this.guards[alias].door);
    }
  }

  /** The token of this user's agent. */
  async token(name) {
    const { access_token } = await codeFlow(this.world.corp, 'desk', {
      scope: 'files:read',
      resource: this.gateway.url,
      login: name,
    });
    return access_token;
  }

  /** The browser of one person, who may be somebody else at each of the two providers. */
  visitor(name, atServer = there(name)) {
    return new Visitor(({ origin }) => (origin === this.server.issuer ? atServer : name));
  }

  /** What the server knows of the call with this text: the claims of the token with which it came. */
  claims(text, alias = 'crm') {
    const claims = this.guards[alias].seen.get(text);
    assert.ok(claims !== undefined, 'the call did not come');
    return claims;
  }

  /** Calls; gives the claims of the token that the server got. */
  async through(token, alias = 'crm', tool = 'echo') {
    const { status, body, text } = await call(this.gateway.url, token, `${alias}__${tool}`);
    assert.equal(status, 200, body);
    assert.equal(JSON.parse(body).result.content[0].text, text, body);
    return this.claims(text, alias);
  }

  /** Calls; the gateway must say why not. Gives its words. */
  async not(reason, token, alias = 'crm', tool = 'echo') {
    const { body } = await call(this.gateway.url, token, `${alias}__${tool}`);
    const { result } = JSON.parse(body);
    assert.equal(result?._meta?.['dev.mcpgateway/refusal']?.code, reason, body);
    return result.content[0].text;
  }

  /** Calls as an agent that cannot show pages does; gives the link that the user is told. */
  async link(token, alias = 'crm', tool = 'echo') {
    const says = await this.not('consent_needed', token, alias, tool);
    return /https?:\S+\/oauth\/start\?flow=[\w-]+/.exec(says)[0];
  }

  /** The user opens the link and allows it everywhere. Gives the last page. */
  async agrees(visitor, link) {
    const question = await visitor.open(link);
    assert.equal(question.status, 200, question.text);
    return visitor.submit(question, { answer: 'yes' });
  }

  /** From the call to the token. */
  async consent(name, alias = 'crm', tool = 'echo') {
    const token = await this.token(name);
    const page = await this.agrees(this.visitor(name), await this.link(token, alias, tool));
    assert.equal(page.status, 200, page.text);
    return token;
  }

  /** What the gateway keeps, as operators see it. */
  async tokens() {
    const response = await fetch(`${this.gateway.adminUrl}/user-tokens`, {
      headers: { Authorization: `Bearer ${this.world.operator}` },
    });
    return (await response.json()).tokens;
  }

  /** Whether it keeps a token of this user. */
  async has(name, alias = 'crm') {
    return (await this.tokens()).some(({ subject, upstream }) => subject === name && upstream === alias);
  }

  /** `mcp-gateway user-tokens …`. */
  async command(...args) {
    const admin = ['--admin', this.gateway.adminUrl, '--token-file', join(this.gateway.folder, 'ops.token')];
    const { code, text } = await Gateway.command('user-tokens', ...args, ...admin);
    assert.equal(code, 0, text);
    return text;
  }

  /** The records of users' consents: event, upstream and reason. */
  async events() {
    const found = [];
    for await (const record of records(this.gateway.auditDir)) {
      if (record.ev.startsWith('consent.')) {
        found.push(record);
      }
    }
    return found;
  }

  /** Every token that the authorization server gave. */
  given() {
    return this.#heard()
      .filter(({ given }) => given !== undefined)
      .map(({ given }) => given);
  }

  /** The requests to the authorization server whose URL begins so, each with its body's parameters. */
  requests(path) {
    return this.#heard()
      .filter(({ url }) => url?.startsWith(path))
      .map((request) => ({ ...request, form: Object.fromEntries(new URLSearchParams(request.body)) }));
  }

  #heard() {
    return this.server.heard.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  }

  async stop() {
    assert.equal(await this.gateway.stop(), 0);
    Object.values(this.upstreams).forEach((upstream) => upstream.stop());
    await this.server.end();
  }
}

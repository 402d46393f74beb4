import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SignJWT, createRemoteJWKSet, jwtVerify } from 'jose';
import { Gateway } from '../kit/gateway.mjs';
import { EchoUpstream } from '../kit/upstream.mjs';
import { freePort } from '../kit/ports.mjs';
import { Keycloak } from './keycloak.mjs';
import { PASSWORDS, SECRETS, realm } from './realm.mjs';

/** Two realms that the gateway trusts and one that it does not; all three are alike. */
export const REALMS = ['acme', 'strict', 'stranger'];

const SCOPES = ['files:read', 'files:write'];

/** What runs during the cases: Keycloak, servers and the gateway. */
export class World {
  /** Where everything of a run is kept. */
  folder = fileURLToPath(new URL('../target/keycloak', import.meta.url));

  async start() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.port = await freePort();
    this.resource = `http://127.0.0.1:${this.port}/mcp`;
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    this.clientKey = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'gateway-1' }] };
    this.keycloak = new Keycloak(process.env.KEYCLOAK_HOME, await freePort(), join(this.folder, 'keycloak'));
    REALMS.forEach((name) => this.keycloak.add(realm(name, this.resource, jwks)));
    await this.keycloak.start();
    await this.#addScopes('acme', 'desk');
    this.echo = await EchoUpstream.start(['echo', 'report', 'export']);
    this.exchanged = await EchoUpstream.start(['echo'], this.#door());
    this.machine = await EchoUpstream.start(['echo'], this.#door());
    this.gateway = await this.makeGateway('gateway', this.port).spawn().serving();
  }

  /** A server that believes tokens of the realm "acme" that name it, and nothing else. */
  #door() {
    const keys = createRemoteJWKSet(new URL(this.keycloak.endpoint('acme', 'certs')), { cooldownDuration: 0 });
    const rules = { issuer: this.keycloak.issuer('acme'), audience: 'crm', typ: 'JWT', algorithms: ['ES256'] };
    return async ({ headers: { authorization = '' } }, response) => {
      try {
        await jwtVerify(authorization.replace(/^Bearer /, ''), keys, rules);
        return false;
      } catch {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer error="invalid_token"' }).end();
        return true;
      }
    };
  }

  /** Optional scopes of a client. A realm that is imported with scopes of its own lacks those that Keycloak makes. */
  async #addScopes(name, clientId) {
    const [client] = await this.keycloak.operate('GET', `${name}/clients?clientId=${clientId}`);
    for (const scope of SCOPES) {
      const attributes = { 'include.in.token.scope': 'true' };
      await this.keycloak.operate('POST', `${name}/client-scopes`, { name: scope, protocol: 'openid-connect', attributes });
    }
    for (const { id, name: scope } of await this.keycloak.operate('GET', `${name}/client-scopes`)) {
      if (SCOPES.includes(scope)) {
        await this.keycloak.operate('PUT', `${name}/clients/${client.id}/optional-client-scopes/${id}`);
      }
    }
  }

  /** A gateway that trusts two realms; not started. */
  makeGateway(name, port) {
    const gateway = new Gateway(join(this.folder, name), new URL('.', import.meta.url), {
      PORT: port,
      ACME: this.keycloak.issuer('acme'),
      STRICT: this.keycloak.issuer('strict'),
      RESOURCE: this.resource,
      ECHO: this.echo.url,
      EXCHANGED: this.exchanged.url,
      MACHINE: this.machine.url,
    });
    writeFileSync(join(gateway.folder, 'client.pem'), this.clientKey, { mode: 0o600 });
    return gateway;
  }

  /** An access token of a machine, by client credentials. */
  async client(client_id, name = 'acme') {
    const form = { grant_type: 'client_credentials', client_id, client_secret: SECRETS[client_id] };
    return (await this.keycloak.tokens(name, form)).access_token;
  }

  /** All tokens of a user, by password. */
  async user(username, name = 'acme', more = {}) {
    const form = { grant_type: 'password', client_id: 'desk', username, password: PASSWORDS[username], ...more };
    return this.keycloak.tokens(name, form);
  }

  /** What the gateway would get for a user's token. */
  async exchange(token) {
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer('gateway')
      .setSubject('gateway')
      .setAudience(this.keycloak.issuer('acme'))
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(createPrivateKey(this.clientKey));
    const { access_token } = await this.keycloak.tokens('acme', {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      audience: 'crm',
      client_id: 'gateway',
      client_assertion: assertion,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    return access_token;
  }

  /** Stops everything, the gateway as an operator would. */
  async stop() {
    assert.equal(await this.gateway.stop(), 0);
    [this.echo, this.exchanged, this.machine].forEach((server) => server.stop());
    await this.keycloak.end();
  }
}

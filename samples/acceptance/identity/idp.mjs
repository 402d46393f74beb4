import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportJWK, generateKeyPair } from 'jose';
import { Child } from '../kit/children.mjs';

/** How long it may take until it listens or has taken over a change, in seconds. */
const START_SECONDS_MAX = 60;

/** So many tokens that were given are kept. */
const GIVEN_MAX = 500;

const PROGRAM = fileURLToPath(new URL('provider.mjs', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../kit/packages.mjs', import.meta.url));

/** A new signing key as a private JWK. */
export async function signingKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  return { ...(await exportJWK(privateKey)), alg, use: 'sig', kid: randomBytes(6).toString('hex') };
}

function names(keys, token) {
  const { kid } = JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
  return keys.some((key) => key.kid === kid);
}

/** An identity provider (provider.mjs) that can be stopped, started again under the same URL, and given other keys. */
export class IdentityProvider {
  #folder;
  #name;
  #settings;
  #child;
  #before = [];

  /** Its URL, known once it has started. */
  issuer;
  /** The first access tokens that it gave to the cases. */
  given = [];

  /**
   * @param {object} settings those of provider.mjs but port and keys, and `authority`: file with the certificate of one
   *     that it trusts
   */
  static async make(folder, name, alg, settings) {
    const idp = new IdentityProvider();
    idp.#folder = folder;
    idp.#name = name;
    idp.#settings = {
      port: 0,
      keys: [await signingKey(alg)],
      cookieKey: randomBytes(24).toString('hex'),
      heard: join(folder, `${name}.heard`),
      ...settings,
    };
    return idp;
  }

  /** The private keys, the signing one first. */
  get keys() {
    return this.#settings.keys;
  }

  /** Whether it now publishes the key that this token names. */
  publishes(token) {
    return names(this.keys, token);
  }

  /** Whether the newest change began or ended the publication of that key. */
  changed(token) {
    return this.publishes(token) !== names(this.#before, token);
  }

  /** How often its keys were fetched since it started. */
  async looks() {
    return Number(await (await fetch(`${this.issuer}/looks`)).text());
  }

  get isRunning() {
    return this.#child.isRunning;
  }

  async start() {
    this.#write();
    this.#child = new Child(process.execPath, ['--import', PACKAGES, PROGRAM, this.#file], {
      log: join(this.#folder, this.#name),
      env: {
        ACCEPTANCE_PACKAGES: process.env.ACCEPTANCE_PACKAGES,
        ...(this.#settings.authority && { NODE_EXTRA_CA_CERTS: this.#settings.authority }),
      },
    });
    this.issuer = await this.#child.line('READY ', START_SECONDS_MAX);
    this.#settings.port = Number(new URL(this.issuer).port);
    return this;
  }

  /** Ends it as a power failure would; what it kept in memory is lost. */
  async kill() {
    await this.#child.kill();
  }

  async end() {
    await this.#child.end();
  }

  /** Publishes these keys from now on and signs with the first. May be called while it is down. */
  async use(keys) {
    this.#before = this.#settings.keys;
    this.#settings.keys = keys;
    await this.#change();
  }

  /** Registers one more client. */
  async register(client) {
    this.#settings.clients.push(client);
    await this.#change();
  }

  /** Ends what this user has granted so far. */
  async endGrants(name) {
    this.#settings.ended = [name];
    await this.#change();
    delete this.#settings.ended;
  }

  /** Takes no connections any more, or takes them again. Nothing is forgotten. */
  async close(closed = true) {
    this.#settings.closed = closed;
    await this.#change();
  }

  /** The requests that it got and the tokens that it gave, one JSON document a line. */
  get heard() {
    return readFileSync(this.#settings.heard, 'utf8');
  }

  async #change() {
    const generation = (this.#settings.generation ?? 0) + 1;
    this.#settings.generation = generation;
    this.#write();
    if (this.#child.isRunning) {
      process.kill(this.#child.pid, 'SIGHUP');
      await this.#child.line(`GENERATION ${generation}`, START_SECONDS_MAX);
    }
  }

  get #file() {
    return join(this.#folder, `${this.#name}.json`);
  }

  #write() {
    writeFileSync(this.#file, JSON.stringify(this.#settings), { mode: 0o600 });
  }

  /** Asks the token endpoint. Returns its answer; an error is thrown. */
  async tokens(form, headers = {}) {
    const response = await fetch(`${this.issuer}/token`, { method: 'POST', headers, body: new URLSearchParams(form) });
    const answer = await response.json();
    if (!response.ok) {
      throw Object.assign(new Error(`no token: ${JSON.stringify(answer)}`), { answer });
    }
    this.#keep(answer.access_token);
    return answer;
  }

  #keep(token) {
    if (this.given.length < GIVEN_MAX) {
      this.given.push(token);
    }
  }

  /** An access token by client credentials. */
  async token({ client_id, client_secret }, resource, { scope = '', headers } = {}) {
    const form = { grant_type: 'client_credentials', client_id, client_secret, resource, scope };
    return (await this.tokens(form, headers)).access_token;
  }
}

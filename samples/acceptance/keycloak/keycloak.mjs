import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../kit/children.mjs';
import { until } from '../kit/waiting.mjs';

/** How long it may take until it answers; the first start of an installation takes longest, in seconds. */
const START_SECONDS_MAX = 420;

/** So long an operator's token is used, in milliseconds; it lives a minute. */
const OPERATOR_MILLIS = 30_000;

/** Keycloak on a port of its own: its realms are imported at the first start and kept over later ones. */
export class Keycloak {
  #home;
  #port;
  #log;
  #child;
  #operator = { username: 'operator', password: randomBytes(24).toString('base64url') };
  #token;

  /** Where it is. */
  url;
  /** The access tokens that it gave to the cases. */
  given = [];

  /**
   * @param {string} home an unpacked distribution; what was kept there is removed
   * @param {string} log where its output goes
   */
  constructor(home, port, log) {
    this.#home = home;
    this.#log = log;
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    rmSync(join(home, 'data'), { recursive: true, force: true });
  }

  /** Has a realm imported at the first start. */
  add(realm) {
    const folder = join(this.#home, 'data', 'import');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${realm.realm}.json`), JSON.stringify(realm), { mode: 0o600 });
  }

  issuer(realm) {
    return `${this.url}/realms/${realm}`;
  }

  endpoint(realm, name) {
    return `${this.issuer(realm)}/protocol/openid-connect/${name}`;
  }

  async start() {
    const listen = ['--http-host=127.0.0.1', `--http-port=${this.#port}`];
    // a script that starts a JVM, the first time two
    this.#child = new Child('bash', [join(this.#home, 'bin', 'kc.sh'), 'start-dev', ...listen, '--import-realm'], {
      log: this.#log,
      group: true,
      env: {
        JAVA_HOME: process.env.KEYCLOAK_JAVA_HOME,
        KC_BOOTSTRAP_ADMIN_USERNAME: this.#operator.username,
        KC_BOOTSTRAP_ADMIN_PASSWORD: this.#operator.password,
      },
    });
    await until('Keycloak', START_SECONDS_MAX, async () => {
      if (!this.#child.isRunning) {
        return true;
      }
      return (await fetch(`${this.issuer('master')}/.well-known/openid-configuration`)).ok;
    });
    if (!this.#child.isRunning) {
      throw new Error(`Keycloak ended, see ${this.#log}.out`);
    }
    return this;
  }

  /** Ends it as its operator would. */
  async end() {
    await this.#child.end();
  }

  /** Asks a realm's token endpoint. Returns its answer; an error is thrown. */
  async tokens(realm, form) {
    const response = await fetch(this.endpoint(realm, 'token'), { method: 'POST', body: new URLSearchParams(form) });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`no token: ${JSON.stringify(answer)}`);
    }
    this.given.push(answer.access_token);
    return answer;
  }

  /** Asks the operators' interface; gives what it answers, if that is JSON. */
  async operate(method, path, body) {
    const response = await fetch(`${this.url}/admin/realms/${path}`, {
      method,
      headers: { Authorization: `Bearer ${await this.#operatorToken()}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text === '' ? undefined : JSON.parse(text);
  }

  async #operatorToken() {
    if (this.#token === undefined || performance.now() > this.#token.until) {
      const end = performance.now() + OPERATOR_MILLIS;
      const form = { grant_type: 'password', client_id: 'admin-cli', ...this.#operator };
      this.#token = { until: end, text: (await this.tokens('master', form)).access_token };
    }
    return this.#token.text;
  }
}

import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child, run } from './children.mjs';

const LAUNCHER = fileURLToPath(new URL('../../../mcp-gateway/bin/mcp-gateway', import.meta.url));

/** How long the gateway may take until it serves, in seconds. */
const START_SECONDS_MAX = 60;

/** Fills `${NAME}` in the text of a file. A name without a value is an error, so that a typing error is seen. */
export function filled(file, values) {
  return readFileSync(file, 'utf8').replace(/\$\{([A-Z_]+)\}/g, (_, name) => {
    if (!(name in values)) {
      throw new Error(`${file}: there is no value for \${${name}}`);
    }
    return values[name];
  });
}

/** The gateway on its own folder: `gateway.yaml`, `policy.yaml`, the audit log and the keys. */
export class Gateway {
  #folder;
  #child;

  /** URL of the (first) MCP endpoint, known once it has started. */
  url;
  /** URL of the operators' port, known then. */
  adminUrl;
  /** Folder that holds the audit log's `log.json`. */
  auditDir;

  /**
   * Writes the configuration; nothing is started yet.
   *
   * @param {string} folder is made
   * @param {URL} sources folder with `gateway.yaml` (a template) and `policy.yaml`
   */
  constructor(folder, sources, values) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'gateway.yaml'), filled(fileURLToPath(new URL('gateway.yaml', sources)), values));
    cpSync(fileURLToPath(new URL('policy.yaml', sources)), join(folder, 'policy.yaml'));
  }

  /** The verifier key, copied out of the log when it was made: who can change the log could change a key inside it. */
  get vkey() {
    return join(this.#folder, 'audit.vkey');
  }

  /** Where its files are. */
  get folder() {
    return this.#folder;
  }

  get pid() {
    return this.#child.pid;
  }

  /** Begins to start; `serving` waits for the end of it. */
  spawn(env = {}) {
    this.#child = new Child(LAUNCHER, ['serve', '--config', join(this.#folder, 'gateway.yaml')], {
      log: join(this.#folder, 'gateway'),
      env,
    });
    return this;
  }

  async serving() {
    const line = await this.#child.line('mcp-gateway ', START_SECONDS_MAX);
    this.url = / serves ([^\s,]+)/.exec(line)[1];
    this.adminUrl = / health and metrics at (\S+)/.exec(line)[1];
    const first = this.auditDir === undefined;
    this.auditDir = await this.#child.line('AUDIT_DIR=', START_SECONDS_MAX);
    if (first) {
      cpSync(join(this.auditDir, 'log.vkey'), this.vkey);
    }
    return this;
  }

  /** Stops as an operator would: no new calls, those under way are finished. Returns the exit code. */
  async stop() {
    return this.#child.end();
  }

  async kill() {
    await this.#child.kill();
  }

  /** Runs a command of the gateway's program. Returns its exit code and what it printed. */
  static command(...args) {
    return run(LAUNCHER, args);
  }

  /** `audit verify` with the key that was kept outside the log. */
  async verify() {
    return run(LAUNCHER, ['audit', 'verify', this.auditDir, '--vkey', this.vkey]);
  }
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../kit/children.mjs';
import { freePort } from '../kit/ports.mjs';

/** How long a server may take until it listens, in seconds. */
const START_SECONDS_MAX = 60;

/** Where npm installed the reference servers. */
const SERVERS = join(process.env.ACCEPTANCE_PACKAGES, 'node_modules/@modelcontextprotocol');
const MODERN = fileURLToPath(new URL('modern-server.mjs', import.meta.url));
const PACKAGES = fileURLToPath(new URL('../kit/packages.mjs', import.meta.url));
const LOOPBACK = fileURLToPath(new URL('../kit/loopback.mjs', import.meta.url));

/** A picture of one pixel. */
const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Lines of the long file; with about 60 bytes each it is near 180 KB, three times what fits into one network buffer. */
const LONG_FILE_LINES = 3000;

/** Text in several scripts and planes: combining marks, right-to-left letters, an emoji made of five code points. */
export const UNICODE = 'Zażółć gęślą jaźń · e\u0301 · Ἑλλάδα · עברית · हिन्दी · 漢字 · 𝔘𝔫𝔦 · 👩‍🚀👍🏽 · "\\/\b\f\t';

/** What the servers serve, and the words that start each of them. */
export class Servers {
  #folder;
  #remote;
  #modern;

  constructor(folder) {
    this.#folder = folder;
    this.shared = join(folder, 'shared');
    this.memory = join(folder, 'memory.jsonl');
    mkdirSync(this.shared, { recursive: true });
    writeFileSync(join(this.shared, 'unicode.txt'), `${UNICODE}\n`);
    writeFileSync(join(this.shared, 'pixel.png'), Buffer.from(PIXEL, 'base64'));
    const lines = Array.from(
      { length: LONG_FILE_LINES },
      (_, i) => `${i}: a line of a long file, with ümläuts and a number ${i * i}`,
    );
    writeFileSync(join(this.shared, 'long.txt'), lines.join('\n'));
    const graph = [
      { type: 'entity', name: 'Ada', entityType: 'person', observations: ['wrote notes', 'knew Charles'] },
      { type: 'entity', name: 'Charles', entityType: 'person', observations: ['built engines'] },
      { type: 'relation', from: 'Ada', to: 'Charles', relationType: 'worked with' },
    ];
    writeFileSync(this.memory, graph.map((each) => JSON.stringify(each)).join('\n'));
  }

  /** Starts the server that is reached over HTTP, always on the same port. */
  async startRemote() {
    // it takes no port 0
    this.remotePort ??= await freePort();
    const args = ['--import', LOOPBACK, join(SERVERS, 'server-everything/dist/index.js'), 'streamableHttp'];
    const log = join(this.#folder, 'remote');
    this.#remote = new Child(process.execPath, args, { log, env: { PORT: String(this.remotePort) } });
    await this.#remote.line('MCP Streamable HTTP Server listening', START_SECONDS_MAX, 'err');
  }

  async killRemote() {
    await this.#remote.kill();
  }

  async stopRemote() {
    await this.#remote.kill(); // it has no handler for SIGTERM
  }

  /** Starts the server that knows 2026-07-28 only. */
  async startModern() {
    this.#modern = new Child(process.execPath, ['--import', PACKAGES, MODERN], {
      log: join(this.#folder, 'modern'),
      env: { ACCEPTANCE_PACKAGES: process.env.ACCEPTANCE_PACKAGES },
    });
    this.modernUrl = await this.#modern.line('READY ', START_SECONDS_MAX);
  }

  async stopModern() {
    await this.#modern?.end();
  }

  /** How to reach a server without the gateway: a URL, or a command to start a server of one's own. */
  direct(alias) {
    const command = (name, args, env) => ({
      command: process.execPath,
      args: [join(SERVERS, name, 'dist/index.js'), ...args],
      env,
    });
    return {
      remote: { url: `http://127.0.0.1:${this.remotePort}/mcp` },
      local: command('server-everything', ['stdio']),
      files: command('server-filesystem', [this.shared]),
      memory: command('server-memory', [], { MEMORY_FILE_PATH: this.memory }),
      thinking: command('server-sequential-thinking', []),
      modern: { url: this.modernUrl },
    }[alias];
  }

  /** Values for gateway.yaml. */
  get values() {
    return {
      NODE: process.execPath,
      SERVERS,
      SHARED: this.shared,
      MEMORY: this.memory,
      REMOTE_PORT: this.remotePort,
      MODERN: this.modernUrl,
    };
  }
}

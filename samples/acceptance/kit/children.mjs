import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { until, within } from './waiting.mjs';

/** How long a child may take to end after SIGTERM before it is killed and counts as broken, in seconds. */
const END_SECONDS_MAX = 20;

/** Every child that was started and has not ended, so that none outlives this program. */
const running = new Set();

/** A process that we started. Its output goes to `LOG.out` and `LOG.err`; it gets no environment but PATH, HOME, `env`. */
export class Child {
  #process;
  #log;
  #group;

  /** Settled with the exit code, or the signal's name, when the process has ended. */
  ended;

  /** @param {boolean} [options.group] whether it starts processes of its own, which then end with it */
  constructor(command, args, { log, env = {}, cwd, group = false }) {
    this.#log = log;
    this.#group = group;
    const out = openSync(`${log}.out`, 'w');
    const err = openSync(`${log}.err`, 'w');
    this.#process = spawn(command, args, {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      cwd,
      stdio: ['ignore', out, err],
      detached: group,
    });
    closeSync(out);
    closeSync(err);
    running.add(this);
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(error.message));
      this.#process.once('exit', (code, signal) => resolve(code ?? signal));
    }).finally(() => running.delete(this));
  }

  get pid() {
    return this.#process.pid;
  }

  get isRunning() {
    return running.has(this);
  }

  /** Waits for a line of output (`out`, or `err` for standard error) that begins with `prefix`; returns the rest of it. */
  async line(prefix, seconds, stream = 'out') {
    const rest = await until(`a line "${prefix}" in ${this.#log}.${stream}`, seconds, () => {
      const line = readFileSync(`${this.#log}.${stream}`, 'utf8')
        .split('\n')
        .slice(0, -1)
        .find((each) => each.startsWith(prefix));
      if (line === undefined && !running.has(this)) {
        return { ended: true };
      }
      return line !== undefined && { text: line.slice(prefix.length) };
    });
    if (rest.ended) {
      throw new Error(`it ended before it was ready: ${readFileSync(`${this.#log}.err`, 'utf8').trim()}`);
    }
    return rest.text;
  }

  /** Sends SIGTERM and waits. Returns the exit code or signal. */
  async end() {
    this.#signal('SIGTERM');
    try {
      const code = await within(END_SECONDS_MAX, `the end of ${this.#log} after SIGTERM`, this.ended);
      if (this.#group) {
        this.killNow();
      }
      return code;
    } catch (late) {
      await this.kill();
      throw late;
    }
  }

  /** Sends SIGKILL and waits. */
  async kill() {
    this.killNow();
    await this.ended;
  }

  killNow() {
    this.#signal('SIGKILL');
  }

  #signal(name) {
    if (!this.#group) {
      this.#process.kill(name);
    } else if (this.#process.pid !== undefined) {
      try {
        process.kill(-this.#process.pid, name);
      } catch (error) {
        if (error.code !== 'ESRCH') {
          throw error;
        }
      }
    }
  }
}

/** Runs a program to its end. Returns its exit code (or what ended it instead) and all that it printed. */
export function run(program, args) {
  return new Promise((resolve) => {
    execFile(program, args, (error, stdout, stderr) => {
      resolve({ code: error ? (error.code ?? error.signal) : 0, text: `${stdout}${stderr}`.trim() });
    });
  });
}

process.once('exit', () => running.forEach((child) => child.killNow()));
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => process.exit(130));
}

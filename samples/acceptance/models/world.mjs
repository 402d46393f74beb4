import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Gateway } from '../kit/gateway.mjs';
import { until } from '../kit/waiting.mjs';
import { Door } from './door.mjs';
import { priceFile } from './prices.mjs';
import { provider } from './provider.mjs';
import { SECRETS, configuration } from './targets.mjs';

const FOLDER = fileURLToPath(new URL('../target/models', import.meta.url));

/** aimock, the door before it, the gateway, and a virtual key. */
export class World {
  /** The mocked providers. */
  provider;
  /** What the gateway takes for them. */
  door;
  gateway;
  /** The agent's virtual key. */
  key;
  /** Where the gateway listens. */
  origin;
  /** Where its files are. */
  folder = FOLDER;
  /** All that the ledger says was spent, in nano-USD. */
  spent;

  static async start() {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const world = new World();
    world.provider = await provider();
    world.door = await Door.before(world.provider.url);
    world.gateway = new Gateway(join(FOLDER, 'gateway'), new URL('.', import.meta.url), configuration(world.door.url));
    writeFileSync(join(world.gateway.folder, 'prices.yaml'), priceFile());
    writeFileSync(join(world.gateway.folder, 'ops.token'), randomBytes(24).toString('base64url'), { mode: 0o600 });
    world.key = await world.newKey('agent', 'sdk');
    await world.gateway.spawn(SECRETS).serving();
    world.origin = new URL(world.gateway.url).origin;
    return world;
  }

  /** A new virtual key of this user, for this program of theirs. */
  async newKey(user, client) {
    const made = await Gateway.command(
      ...['keys', 'create', '--config', join(this.gateway.folder, 'gateway.yaml'), '--name', client, '--subject', user],
      ...['--client', client, '--groups', 'agents', '--view', 'models', '--expires', '1d'],
    );
    const key = /mgk_\S+/.exec(made.text)?.[0];
    assert.ok(key, `no key: ${made.text}`);
    if (this.origin) {
      const headers = { authorization: `Bearer ${key}` };
      await until('the new key counts', 20, async () => (await fetch(`${this.origin}/v1/models`, { headers })).ok);
    }
    return key;
  }

  async stop() {
    this.door?.stop();
    await this.provider?.stop();
  }
}

/** A trace of its own, by which a call is found in the audit log. */
export function newTrace() {
  return { id: randomBytes(16).toString('hex'), span: randomBytes(8).toString('hex') };
}

/** The header fields that carry it. */
export const traced = ({ id, span }) => ({ traceparent: `00-${id}-${span}-01` });

/** All that a stream gives. */
export async function collected(stream) {
  const all = [];
  for await (const each of stream) {
    all.push(each);
  }
  return all;
}

/** The error that a call ends in. */
export async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.fail('it was not refused');
}

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { summary } from '../kit/records.mjs';
import { until } from '../kit/waiting.mjs';
import { accepted, call, isAccepted, refused } from './ask.mjs';
import { resigned } from './hostile.mjs';
import { signingKey } from './idp.mjs';
import { Flood } from './flood.mjs';
import { Load } from './load.mjs';

/** How long each phase is loaded, in milliseconds. */
const PHASE_MILLIS = 2000;

/** In this time a key that the provider began to use must be accepted, in seconds. */
const ACCEPTED_SECONDS_MAX = 2;

/** In this time a provider that came back must be noticed, in seconds. */
const NOTICED_SECONDS_MAX = 5;

/** Holders of a new key's tokens who may be turned away while it is new, whatever floods go on. */
const TURNED_AWAY_MAX = 10;

/** The gateway looks for unknown key ids so often at once, and then once a second. */
const LOOKS_BURST = 5;

/** Tokens that each connection keeps using, and fresh ones that wait to be shown for the first time. */
const FRESH_MAX = 40;

/** Rotation, outage and return of the provider while calls go on: nobody is let in wrongly or turned away needlessly. */
export default async function changes(cases, world) {
  const { gateway, corp } = world;
  const foreign = await signingKey('ES256');
  const tokens = new Tokens(world, foreign);
  await tokens.fill();
  const load = new Load(gateway.url, (connection) => tokens.next(connection));
  // each phase answers for everything since the one before it
  let [right, needless, wrong, undecided] = [0, 0, 0, 0];
  const phase = async (what, body = async () => undefined) => {
    await cases.run(`under load, ${what}`, async () => {
      const note = await body();
      await pause(PHASE_MILLIS);
      assert.equal(summary(load.needless.slice(needless)), '', 'good tokens were refused');
      assert.equal(summary(load.wrong.slice(wrong)), '', 'bad tokens were let in, or not refused with 401');
      assert.ok(load.total > right, 'nothing was called');
      const meanwhile = load.undecided - undecided;
      const turned = meanwhile === 0 ? '' : `, ${meanwhile} turned away meanwhile`;
      return `${load.total - right} calls${note === undefined ? '' : `, ${note}`}${turned}`;
    });
    [right, needless, wrong, undecided] = [load.total, load.needless.length, load.wrong.length, load.undecided];
  };

  await phase('cached and fresh tokens are accepted, forged ones refused');

  const first = corp.keys[0];
  const second = await signingKey('ES256');
  await phase('a new key signs while the old one is still published: both are accepted', async () => {
    await corp.use([second, first]);
    return `accepted after ${await firstAccepted(world)} ms`;
  });

  const third = await signingKey('ES256');
  const ofSecond = await world.token('batch');
  await phase('a key is replaced at once, as after a theft: the new one is accepted, and with it the old ones end', async () => {
    await accepted(call(gateway.url, ofSecond));
    tokens.pause();
    await corp.use([third]);
    const millis = await firstAccepted(world);
    tokens.learned();
    await refused(call(gateway.url, ofSecond));
    await refused(call(gateway.url, await resigned(ofSecond, first, { header: { kid: first.kid } })));
    return `accepted after ${millis} ms`;
  });

  await phase('the provider is down: tokens that it gave before are good, those that nobody gave are not', async () => {
    await tokens.fill();
    await corp.kill();
  });

  const fourth = await signingKey('ES256');
  await phase('the provider is back with a new key beside the old one: both are accepted', async () => {
    tokens.pause();
    await corp.use([fourth, third]);
    await corp.start();
    const millis = await firstAccepted(world, NOTICED_SECONDS_MAX);
    tokens.learned();
    return `the new one after ${millis} ms`;
  });

  await phase('someone floods with keys that do not exist: who has a token of a known key notices nothing', async () => {
    tokens.floods = true;
  });
  const fifth = await signingKey('ES256');
  const rotated = async (keys) => {
    const before = load.undecided;
    tokens.pause();
    await corp.use(keys);
    const millis = await firstAccepted(world);
    tokens.learned();
    assert.ok(load.undecided - before <= TURNED_AWAY_MAX, `${load.undecided - before} were turned away`);
    return `accepted after ${millis} ms`;
  };
  await phase('a new key is used during the flood: its holders get in at once', () => rotated([fifth, fourth]));
  tokens.floods = false;

  const begin = performance.now();
  const looksBefore = await corp.looks();
  const flood = new Flood(gateway.url, () => world.token('batch'), foreign);
  await phase('hundreds of addresses flood so: who has a token of a known key notices nothing');
  const sixth = await signingKey('ES256');
  await phase('a new key is used during that flood: its holders get in with the next look', () => rotated([sixth, fifth]));
  await cases.run('during that flood the provider was asked for its keys once a second at most', async () => {
    const looks = (await corp.looks()) - looksBefore;
    await flood.stop();
    const seconds = (performance.now() - begin) / 1000;
    assert.equal(summary(flood.wrong), '', 'tokens of unknown keys were not refused');
    assert.ok(flood.sent > 100, 'that was no flood');
    assert.ok(looks <= LOOKS_BURST + seconds + 1, `${looks} times in ${seconds} s`);
    return `${flood.sent} tokens, ${looks} times in ${seconds.toFixed(1)} s`;
  });

  await load.stop();
  console.log(`answered as they should be: ${load.summary}`);

  await cases.group('cold', () => cold(cases, world));
}

/** A gateway that starts while the provider is down is not ready and opens to nobody until the provider is there. */
async function cold(cases, world) {
  const { corp } = world;
  const gateway = world.makeGateway('cold');
  const settle = await world.token('batch');
  await corp.kill();
  await gateway.spawn().serving();
  const token = await resigned(settle, corp.keys[0], { claims: { aud: gateway.url } });
  const ready = async (headers = {}) => {
    const response = await fetch(`${gateway.adminUrl}/readyz`, { headers });
    return { status: response.status, text: await response.text() };
  };
  await cases.run('started while the provider is down: not ready, and it tells operators which issuer is missing', async () => {
    const { status, text } = await ready({ authorization: `Bearer ${world.operator}` });
    assert.equal(status, 503);
    assert.match(text, /corp/);
    const everybody = await ready();
    assert.equal(everybody.status, 503);
    assert.match(everybody.text, /"identity: no keys to verify tokens with"/);
    assert.doesNotMatch(everybody.text, /corp|http/);
  });
  await cases.run('started while the provider is down: a good token is not blamed, it gets 503 and Retry-After', async () => {
    const answer = await call(gateway.url, token);
    assert.equal(answer.status, 503, answer.body);
    assert.ok(Number(answer.headers.get('retry-after')) > 0);
  });
  await cases.run('started while the provider is down: a forged token opens nothing, tokens of the other issuer work', async () => {
    const forged = await call(gateway.url, await resigned(token, await signingKey('ES256')));
    assert.ok([401, 503].includes(forged.status));
    await accepted(call(gateway.url, await world.partner.token(world.clients.guest, gateway.url)));
  });
  await cases.run('the provider comes back: ready, and the same token is accepted', async () => {
    await corp.start();
    const begin = performance.now();
    await until('an accepted call', NOTICED_SECONDS_MAX, async () => isAccepted(await call(gateway.url, token)));
    const millis = Math.round(performance.now() - begin);
    await until('readiness', NOTICED_SECONDS_MAX, async () => (await ready()).status === 200);
    return `accepted after ${millis} ms`;
  });
  assert.equal(await gateway.stop(), 0);
}

/** Milliseconds until a token of the provider's newest key is accepted: how long those who hold one are turned away. */
async function firstAccepted(world, seconds = ACCEPTED_SECONDS_MAX) {
  const token = await world.token('batch');
  const begin = performance.now();
  await until('a token of the new key is accepted', seconds, async () =>
    isAccepted(await call(world.gateway.url, token)),
  );
  return Math.round(performance.now() - begin);
}

/** What the connections show. */
class Tokens {
  #world;
  #foreign;
  #cached = new Map();
  #fresh = [];
  #count = 0;
  /** Whether the gateway cannot know yet which keys are published. */
  #unsettled = false;

  /** Whether one call in two names a key that does not exist. */
  floods = false;

  constructor(world, foreign) {
    this.#world = world;
    this.#foreign = foreign;
  }

  /** Gets fresh tokens to show later, when the provider may be down. */
  async fill() {
    const fresh = [];
    while (fresh.length < FRESH_MAX) {
      fresh.push(await this.#world.token('batch'));
    }
    // all at once: one by one the connections would use them up as fast as they come
    this.#fresh = fresh;
  }

  /** From now on nobody can say whether a token of a new or a removed key is accepted… */
  pause() {
    this.#unsettled = true;
  }

  /** …until the gateway has seen the new key. */
  learned() {
    this.#unsettled = false;
  }

  async next(connection) {
    switch (++this.#count % 8) {
      case 0: {
        const token = await resigned(await this.#own(connection), this.#foreign);
        return { kind: 'forged', token, isGood: () => false };
      }
      case 1:
      case 3:
      case 5:
        if (this.floods) {
          const header = { kid: randomUUID() };
          const token = await resigned(await this.#own(connection), this.#foreign, { header });
          return { kind: 'of unknown keys', token, isGood: () => false };
        }
      // falls through
      case 7: {
        const token = this.#fresh.pop() ?? (await this.#new());
        return this.#good(token === undefined ? 'cached' : 'fresh', token ?? (await this.#own(connection)));
      }
      default:
        return this.#good('cached', await this.#own(connection));
    }
  }

  #good(kind, token) {
    const { corp } = this.#world;
    return {
      kind: corp.publishes(token) ? kind : 'of removed keys',
      token,
      isGood: () => (this.#unsettled && corp.changed(token) ? undefined : corp.publishes(token)),
    };
  }

  /** A new token, or nothing while the provider is down. */
  async #new() {
    return this.#world.token('batch').catch(() => undefined);
  }

  /** The token that this connection keeps for a while, and gets anew when its key was removed, as a client would. */
  async #own(connection) {
    const known = this.#cached.get(connection);
    if (known !== undefined && (known.calls++ < 200 || !this.#world.corp.isRunning)) {
      return known.token;
    }
    const token = (await this.#new()) ?? known.token;
    this.#cached.set(connection, { token, calls: 0 });
    return token;
  }
}

// The rounds of kill.sh, then what the log must hold after all of them. Options: see kill.sh.

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Cases } from '../kit/cases.mjs';
import { run } from '../kit/children.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { EchoUpstream } from '../kit/upstream.mjs';
import { FileIssuer } from './issuer.mjs';
import { TOOLS } from './load.mjs';
import { MODEL_PROOF_CASES, modelProof } from './modelproof.mjs';
import { CountingProvider, scarceLimit, usd } from './models.mjs';
import { Money } from './money.mjs';
import { PROOF_CASES, proof } from './proof.mjs';
import { seeded } from './random.mjs';
import { Rounds } from './rounds.mjs';

/** Three verifiers, of which one is compiled for it on a new machine. */
const VERIFY_SECONDS_MAX = 180;
const VERIFY_EXTERNAL = fileURLToPath(new URL('../audit/verify-external.sh', import.meta.url));

/** Two starts of a gateway and a verification, on a machine that others use, too. */
const ROUND_SECONDS_MAX = 240;

/** Some hundred calls, one after the other. */
const USE_UP_SECONDS_MAX = 300;

/** Rounds unless said otherwise: what fits into a run for every change. */
const ROUNDS_DEFAULT = '50';
const NUMBER_MAX = 1_000_000_000;

const { count, seed } = arguments_();
console.log(`${count} rounds, seed ${seed}`);

const folder = fileURLToPath(new URL('../target/kill', import.meta.url));
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const jwks = join(folder, 'jwks.json');
const issuer = await FileIssuer.make(jwks);
const upstream = await EchoUpstream.start(TOOLS);
const provider = await CountingProvider.start();
const gateway = new Gateway(join(folder, 'gateway'), new URL('.', import.meta.url), {
  JWKS: jwks,
  UPSTREAM: upstream.url,
  PROVIDER: provider.url,
  SCARCE_USD: usd(scarceLimit()),
});
const money = await Money.prepare(gateway);

const cases = new Cases();
const rounds = new Rounds(gateway, issuer, money, seeded(seed));
const begin = performance.now();
for (let round = 1; round <= count; round++) {
  const acknowledged = () => [rounds.journal, rounds.models].map((each) => each.acknowledged.size);
  const before = acknowledged();
  const passed = await cases.run(`round ${round}`, async () => {
    await rounds.run(round);
    const [tools, models] = acknowledged().map((now, i) => now - before[i]);
    return `${tools} calls of tools acknowledged, ${models} of models`;
  }, ROUND_SECONDS_MAX);
  if (!passed) {
    await gateway.kill(); // wherever it stopped; the rounds that are not run are missed by cases.end
    break;
  }
}
await cases.run('the gateway starts after the last kill, its log verifies, the ledger has all calls', () => rounds.start(), ROUND_SECONDS_MAX);
await cases.run('what is left of the scarce budget can be used, and not more', async () => {
  const answered = await money.useUp(rounds.models);
  return `${answered} calls more: ${await money.requireUsedUp()}`;
}, USE_UP_SECONDS_MAX);
const usage = {};
await cases.run('the ledger is shown, and the gateway stops when asked', async () => {
  for (const by of ['model', 'key', 'tenant']) {
    usage[by] = await money.usage(by);
  }
  assert.equal(await gateway.stop(), 0);
});
const [tools, models] = [rounds.journal, rounds.models].map(({ acknowledged }) => acknowledged.size);
const seconds = (performance.now() - begin) / 1000;
console.log(
  `${tools} calls of tools acknowledged, ${upstream.received.size} received by the server; ${models} calls of models, ` +
    `${provider.received.size} received by the provider; in ${seconds.toFixed(0)} s; longest start ${(rounds.startMillisMax / 1000).toFixed(1)} s`,
);
await cases.group('proof', () => proof(cases, gateway.auditDir, rounds.journal, upstream.received));
await cases.group('proof of models', () =>
  modelProof(cases, gateway.auditDir, rounds.models, provider.received, usage, rounds.kills),
);
await cases.run('programs that are not ours accept the log', async () => {
  const { code, text } = await run(VERIFY_EXTERNAL, [gateway.auditDir, gateway.vkey]);
  assert.equal(code, 0, text);
  return text.split('\n').at(-1);
}, VERIFY_SECONDS_MAX);
process.exit(cases.end(count + PROOF_CASES + MODEL_PROOF_CASES + 4));

function arguments_() {
  try {
    const { values } = parseArgs({ options: { rounds: { type: 'string' }, seed: { type: 'string' } } });
    return {
      count: whole('--rounds', values.rounds ?? ROUNDS_DEFAULT),
      seed: whole('--seed', values.seed ?? String(randomInt(NUMBER_MAX))),
    };
  } catch (error) {
    console.error(`kill: ${error.message}`);
    process.exit(2);
  }
}

function whole(option, value) {
  const number = Number(value);
  if (!/^[0-9]+$/.test(value) || number < 1 || number > NUMBER_MAX) {
    throw new Error(`${option} must be a whole number from 1 to ${NUMBER_MAX}, not "${value}"`);
  }
  return number;
}

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { Gateway } from '../kit/gateway.mjs';
import { post, traceOf } from './load.mjs';
import { PAYERS, SCARCE, modelCall, costOf, mostOf, ofWhole, scarceLimit, usd } from './models.mjs';

/** Round and connection in the traces of calls that use up what is left. */
const REST_ROUND = 0;
const REST_CONNECTION = 2000;

/** What the ledger says, and the keys of those who pay. */
export class Money {
  #gateway;
  #token = randomBytes(24).toString('base64url');

  /** Payer to virtual key. */
  keys = {};

  /** Prices, and keys; nothing is started yet. */
  static async prepare(gateway) {
    const money = new Money();
    money.#gateway = gateway;
    writeFileSync(join(gateway.folder, 'ops.token'), money.#token, { mode: 0o600 });
    writeFileSync(join(gateway.folder, 'prices.yaml'), prices());
    for (const [payer, { tenant }] of Object.entries(PAYERS)) {
      const { text } = await Gateway.command(
        ...['keys', 'create', '--config', join(gateway.folder, 'gateway.yaml'), '--name', payer, '--subject', payer],
        ...['--client', payer, '--groups', payer, '--tenant', tenant, '--view', 'models', '--expires', '1d'],
      );
      money.keys[payer] = /mgk_\S+/.exec(text)?.[0];
      assert.ok(money.keys[payer], `no key: ${text}`);
    }
    return money;
  }

  /** After a start: each call that was acknowledged is in the ledger, and no budget has given more than it had. */
  async requireKept(journal) {
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await fetch(new URL('/usage?by=model', this.#gateway.adminUrl), { headers });
    const { usage } = await answer.json();
    for (const payer of Object.keys(PAYERS)) {
      const acknowledged = [...journal.acknowledged.values()].filter((each) => each === payer).length;
      const row = usage.find(({ value }) => value === payer);
      assert.ok((row?.calls ?? 0) >= acknowledged, `the ledger has ${row?.calls} calls of ${acknowledged} of ${payer}`);
    }
    const scarce = usage.find(({ value }) => value === SCARCE);
    assert.ok(nanoUsd(scarce?.cost_usd ?? '0') <= scarceLimit(), `${scarce?.cost_usd} of ${usd(scarceLimit())} USD`);
  }

  /** What `mcp-gateway usage` shows. */
  async usage(by) {
    const admin = ['--admin', this.#gateway.adminUrl, '--token-file', join(this.#gateway.folder, 'ops.token')];
    const { code, text } = await Gateway.command('usage', '--by', by, '--format', 'json', ...admin);
    assert.equal(code, 0, text);
    return JSON.parse(text);
  }

  /** Calls with the scarce key until its budget refuses; says how many were answered. */
  async useUp(journal) {
    const agent = new Agent({ keepAlive: true });
    const callsMax = Number(scarceLimit() / costOf(SCARCE)) + 1;
    try {
      for (let call = 1; call <= callsMax; call++) {
        const trace = traceOf(REST_ROUND, REST_CONNECTION, call);
        // an odd number is a call that is not streamed
        const answer = await post(agent, modelCall(this.#gateway.url, this.keys[SCARCE], SCARCE, trace, 1));
        const verdict = ofWhole(answer, trace);
        journal.put(trace, SCARCE, verdict);
        if (verdict !== 'acknowledged') {
          assert.equal(verdict, 'refused');
          assert.match(answer.body, /insufficient_quota/, 'nobody else was in the way');
          return call - 1;
        }
      }
      return assert.fail(`${callsMax} calls were answered, and the budget had room for fewer`);
    } finally {
      agent.destroy();
    }
  }

  /** With nothing under way, the budget refuses what it has no room for and nothing else. */
  async requireUsedUp() {
    const [{ spent_usd, held_usd }] = (await this.usage('budget')).filter(({ budget }) => budget === SCARCE);
    const spent = nanoUsd(spent_usd);
    assert.equal(nanoUsd(held_usd), 0n);
    assert.ok(spent <= scarceLimit(), `${spent_usd} of ${usd(scarceLimit())} USD`);
    assert.ok(spent + mostOf(SCARCE) > scarceLimit(), `${spent_usd} of ${usd(scarceLimit())} USD, and it refused`);
    const [row] = (await this.usage('tenant')).filter(({ value }) => value === PAYERS[SCARCE].tenant);
    assert.equal(nanoUsd(row.cost_usd), spent);
    return `${spent_usd} of ${usd(scarceLimit())} USD`;
  }
}

/** US dollars as text in nano-USD. */
export function nanoUsd(text) {
  const [whole, decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(9, '0'));
}

/** The file of prices; JSON is YAML. */
function prices() {
  const rows = Object.entries(PAYERS).map(([payer, { prices: { input, output } }]) => ({
    provider: 'counting',
    model: `model-${payer}`,
    effective_from: '2026-01-01',
    per_million_tokens: { input: usd(input), output: usd(output) },
  }));
  return JSON.stringify({ version: 1, prices: rows });
}

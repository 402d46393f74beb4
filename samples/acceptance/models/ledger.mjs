import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Gateway } from '../kit/gateway.mjs';
import { until } from '../kit/waiting.mjs';
import { costOf, nanoUsd } from './prices.mjs';

/** A call is put down when its answer has been sent, so perhaps after the agent has it; this long after, in seconds. */
const SETTLED_SECONDS_MAX = 20;

/**
 * The ledger of all calls: for each cell what the provider counted, times the prices. A cell has an alias of its own,
 * under which stand no calls whose counts the provider never said.
 */
export async function ledger(cases, world, cells) {
  let rows = [];
  const rowOf = (cell) => rows.find((each) => each.value === cell.alias);
  await cases.run('ledger: every request that a provider got is put down, once', async () => {
    const { arrivals } = world.door;
    await until(`${arrivals} calls`, SETTLED_SECONDS_MAX, async () => {
      rows = await usage(world, 'model');
      return rows.reduce((all, { calls }) => all + calls, 0) === arrivals;
    });
    return `${arrivals} calls of ${rows.length} models`;
  });
  for (const cell of cells) {
    await cases.run(`ledger: ${cell.name}: the counts of the provider and their price, to the nano-USD`, async () => {
      const { value: _, cost_usd, ...counts } = rowOf(cell);
      assert.deepEqual({ ...counts, nanoUsd: nanoUsd(cost_usd) }, total(cell));
      return `${counts.calls} calls, ${cost_usd} USD`;
    });
  }
  await cases.run('ledger: by whatever it is shown, it is the same sum', async () => {
    world.spent = sum(rows);
    assert.ok(world.spent > 0n);
    for (const by of ['key', 'user', 'provider', 'day']) {
      assert.equal(sum(await usage(world, by)), world.spent, by);
    }
  });
}

/** How many cases there are beside those of the cells. */
export const LEDGER_CASES = 2;

/** What an operator sees by `mcp-gateway usage`. */
async function usage(world, by) {
  const admin = ['--admin', world.gateway.adminUrl, '--token-file', join(world.gateway.folder, 'ops.token')];
  const { code, text } = await Gateway.command('usage', '--by', by, '--format', 'json', ...admin);
  assert.equal(code, 0, text);
  return JSON.parse(text);
}

const sum = (rows) => rows.reduce((all, { cost_usd }) => all + nanoUsd(cost_usd), 0n);

/** The calls under the cell's own alias. */
const counted = (cell) => cell.expected.filter((each) => !each.isEstimated);

/** What the cell's row must say; calls that the provider refused are calls that cost nothing. */
function total(cell) {
  const answered = counted(cell).flatMap(({ usage = [] }) => usage);
  const count = (kind) => answered.reduce((all, each) => all + each[kind], 0);
  return {
    calls: counted(cell).length,
    input_tokens: count('input'),
    cache_read_tokens: count('cache_read'),
    cache_write_tokens: count('cache_write'),
    output_tokens: count('output'),
    reasoning_tokens: count('reasoning'),
    audio_tokens: 0,
    image_tokens: 0,
    tool_uses: 0,
    estimated_calls: 0,
    unpriced_calls: 0,
    nanoUsd: answered.reduce((all, each) => all + costOf(cell.target, each), 0n),
  };
}

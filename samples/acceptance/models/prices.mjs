// What the providers' tokens cost here, and the same arithmetic as the gateway's, written a second time: a ledger is not
// proven by the program that keeps it.

/** Decimals of a US dollar that prices may have. */
const NANO_DIGITS = 9;
const MILLION = 1_000_000n;

/**
 * US dollars for a million tokens, another price for each kind of tokens at each provider, and fees for requests. So many
 * decimals that hardly a call costs a whole number of nano-USD: what is rounded wrongly is seen.
 */
const PRICES = {
  openai: { tokens: { input: '2.500000003', cache_read: '0.625000007', output: '10.000000011', reasoning: '12.000000013' } },
  anthropic: {
    tokens: { input: '3.000000017', cache_read: '0.300000019', cache_write: '3.750000023', output: '15.000000029', reasoning: '16.000000031' },
  },
  gemini: { tokens: { input: '0.300000037', cache_read: '0.075000041', output: '2.500000043', reasoning: '3.500000047' } },
  bedrock: {
    tokens: { input: '3.300000053', cache_read: '0.330000059', cache_write: '4.125000061', output: '16.500000067', reasoning: '17.600000071' },
    fee: '0.000000073',
  },
  'bedrock-converse': { tokens: { input: '0.800000101', cache_read: '0.200000103', cache_write: '1.000000107', output: '3.200000109' } },
  local: { tokens: { input: '0.000000079', cache_read: '0.000000083', output: '0.000000089', reasoning: '0.000000097' }, fee: '0.0001' },
};

/** The file of prices; JSON is YAML. */
export function priceFile() {
  const prices = Object.entries(PRICES).map(([provider, { tokens, fee }]) => ({
    provider,
    model: '*',
    effective_from: '2026-01-01',
    per_million_tokens: tokens,
    ...(fee && { request_fee: fee }),
  }));
  return JSON.stringify({ version: 1, prices });
}

/** What a call with these counts costs at this provider, in nano-USD: rounded up, once. */
export function costOf(provider, counts) {
  const { tokens, fee = '0' } = PRICES[provider];
  const kinds = {
    input: counts.input - counts.cache_read - counts.cache_write,
    cache_read: counts.cache_read,
    cache_write: counts.cache_write,
    output: counts.output - counts.reasoning,
    reasoning: counts.reasoning,
  };
  const sum = Object.entries(kinds)
    .filter(([, count]) => count > 0)
    .reduce((all, [kind, count]) => all + BigInt(count) * nanoUsd(tokens[kind]), 0n);
  return (sum + MILLION - 1n) / MILLION + nanoUsd(fee);
}

/** US dollars as text in nano-USD, without a floating point between. */
export function nanoUsd(text) {
  const [whole, decimals = ''] = text.split('.');
  return BigInt(whole + decimals.padEnd(NANO_DIGITS, '0'));
}

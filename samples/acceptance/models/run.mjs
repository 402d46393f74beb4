// The cases of models.sh: the SDKs of OpenAI and Anthropic, a provider that is not ours, and the gateway between them.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import { LLMock } from '@copilotkit/aimock';
import OpenAI from 'openai';
import { Cases } from '../kit/cases.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { records } from '../kit/records.mjs';

/** How many cases there are; fewer are a failure. */
const CASES_MIN = 27;

const folder = fileURLToPath(new URL('../target/models', import.meta.url));
const cases = new Cases();
const provider = new LLMock({ port: 0, logLevel: 'silent' });
const say = (text) => [{ role: 'user', content: text }];
const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
let gateway;
let key;
let openai;
let anthropic;

async function start() {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const usage = {
    openai: { prompt_tokens: 120, completion_tokens: 30, total_tokens: 150 },
    anthropic: { input_tokens: 40, output_tokens: 31 },
  };
  for (const [name, counts] of Object.entries(usage)) {
    provider.onMessage(`hello ${name}`, { content: 'Hello, this is a longer answer in several pieces.', usage: counts });
  }
  provider.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Bern"}' }] });
  provider.onMessage('broken', { content: 'This answer ends too early, in the middle of it all.' }, { latency: 60, chunkSize: 4, truncateAfterChunks: 4 });
  provider.onMessage('slow', { content: 'one two three four five six seven eight nine ten' }, { latency: 400, chunkSize: 4 });
  provider.onMessage('busy', { error: { message: 'slow down', type: 'rate_limit_error' }, status: 429 });
  provider.onEmbedding('words', { embedding: [0.25, -0.5, 1] });
  await provider.start();
  gateway = new Gateway(join(folder, 'gateway'), new URL('.', import.meta.url), { PROVIDER: provider.url });
  const config = join(gateway.folder, 'gateway.yaml');
  const made = await Gateway.command(
    ...['keys', 'create', '--config', config, '--name', 'agent', '--subject', 'agent', '--client', 'sdk'],
    ...['--groups', 'agents', '--view', 'models', '--expires', '1d'],
  );
  key = /mgk_\S+/.exec(made.text)?.[0];
  assert.ok(key, `no key: ${made.text}`);
  await gateway.spawn({ OPENAI_KEY: 'sk-provider-openai', ANTHROPIC_KEY: 'sk-ant-provider' }).serving();
  const origin = new URL(gateway.url).origin;
  openai = new OpenAI({ baseURL: `${origin}/openai/v1`, apiKey: key, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: `${origin}/anthropic`, apiKey: key, maxRetries: 0 });
}

/** What the provider was last asked, as it arrived. */
function arrived() {
  return provider.getLastRequest();
}

async function collected(stream) {
  const all = [];
  for await (const each of stream) {
    all.push(each);
  }
  return all;
}

/** The error that a call ends in. */
async function refused(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return assert.fail('it was not refused');
}

async function chats() {
  await cases.run('openai: a whole chat completion', async () => {
    const answer = await openai.chat.completions.create({ model: 'gpt', messages: say('hello openai') });
    assert.match(answer.choices[0].message.content, /^Hello/);
    assert.equal(answer.usage.prompt_tokens, 120);
    assert.equal(arrived().body.model, 'gpt-4o-mini');
  });
  await cases.run('openai: the provider gets its own key, not the agent’s', async () => {
    const headers = JSON.stringify(arrived().headers);
    assert.ok(!headers.includes(key) && !headers.includes('mgk_'), headers);
  });
  await cases.run('openai: a streamed chat completion without usage', async () => {
    const chunks = await collected(
      await openai.chat.completions.create({ model: 'gpt', stream: true, messages: say('hello openai') }),
    );
    assert.match(chunks.map((each) => each.choices[0].delta.content ?? '').join(''), /pieces\.$/);
    assert.ok(chunks.every((each) => each.choices.length === 1));
  });
  await cases.run('openai: a streamed chat completion with usage', async () => {
    const chunks = await collected(
      await openai.chat.completions.create({
        model: 'gpt',
        stream: true,
        stream_options: { include_usage: true },
        messages: say('hello openai'),
      }),
    );
    assert.equal(chunks.at(-1).usage.prompt_tokens, 120);
  });
  const tools = [{ type: 'function', function: { name: 'weather', parameters: WEATHER } }];
  await cases.run('openai: a tool call', async () => {
    const answer = await openai.chat.completions.create({ model: 'gpt', tools, messages: say('weather') });
    assert.equal(answer.choices[0].finish_reason, 'tool_calls');
    assert.deepEqual(JSON.parse(answer.choices[0].message.tool_calls[0].function.arguments), { city: 'Bern' });
  });
  await cases.run('openai: a streamed tool call', async () => {
    const final = await openai.chat.completions
      .stream({ model: 'gpt', tools, messages: say('weather') })
      .finalChatCompletion();
    assert.deepEqual(JSON.parse(final.choices[0].message.tool_calls[0].function.arguments), { city: 'Bern' });
  });
}

async function others() {
  await cases.run('openai: embeddings', async () => {
    const answer = await openai.embeddings.create({ model: 'embed', input: 'words', encoding_format: 'float' });
    assert.deepEqual(answer.data[0].embedding, [0.25, -0.5, 1]);
  });
  await cases.run('openai: a whole response', async () => {
    const answer = await openai.responses.create({ model: 'gpt', input: 'hello openai' });
    assert.match(answer.output_text, /^Hello/);
  });
  await cases.run('openai: a streamed response', async () => {
    const events = await collected(await openai.responses.create({ model: 'gpt', stream: true, input: 'hello openai' }));
    assert.equal(events.at(-1).type, 'response.completed');
  });
  await cases.run('openai: the models that the key may call', async () => {
    const models = await collected(await openai.models.list());
    assert.deepEqual(models.map((each) => each.id), ['gpt', 'embed', 'claude']);
    assert.equal((await openai.models.retrieve('gpt')).id, 'gpt');
  });
  await cases.run('anthropic: the models that the key may call', async () => {
    const models = await collected(await anthropic.models.list());
    assert.deepEqual(models.map((each) => each.id), ['gpt', 'embed', 'claude']);
  });
}

async function messages() {
  const plain = { model: 'claude', max_tokens: 100 };
  await cases.run('anthropic: a whole message', async () => {
    const answer = await anthropic.messages.create({ ...plain, messages: say('hello anthropic') });
    assert.match(answer.content[0].text, /^Hello/);
    assert.equal(arrived().body.model, 'claude-sonnet-4-5');
  });
  await cases.run('anthropic: a streamed message', async () => {
    const final = await anthropic.messages.stream({ ...plain, messages: say('hello anthropic') }).finalMessage();
    assert.match(final.content[0].text, /pieces\.$/);
    assert.equal(final.stop_reason, 'end_turn');
  });
  const tools = [{ name: 'weather', input_schema: WEATHER }];
  await cases.run('anthropic: a tool call', async () => {
    const answer = await anthropic.messages.create({ ...plain, tools, messages: say('weather') });
    assert.deepEqual(answer.content.find((each) => each.type === 'tool_use').input, { city: 'Bern' });
  });
  await cases.run('anthropic: a streamed tool call', async () => {
    const final = await anthropic.messages.stream({ ...plain, tools, messages: say('weather') }).finalMessage();
    assert.deepEqual(final.content.find((each) => each.type === 'tool_use').input, { city: 'Bern' });
  });
}

async function refusals() {
  const chat = (model, text, more = {}) => openai.chat.completions.create({ model, messages: say(text), ...more });
  const message = (model, text, more = {}) =>
    anthropic.messages.create({ model, max_tokens: 9, messages: say(text), ...more });
  await cases.run('openai: unknown and forbidden models are not found', async () => {
    const unknown = await refused(() => chat('nobody', 'hello'));
    const hidden = await refused(() => chat('hidden', 'hello'));
    assert.ok(unknown instanceof OpenAI.NotFoundError && hidden instanceof OpenAI.NotFoundError);
    assert.equal(unknown.message, hidden.message);
    assert.equal(hidden.code, 'model_not_found');
  });
  await cases.run('anthropic: unknown and forbidden models are not found', async () => {
    const hidden = await refused(() => message('hidden', 'hello'));
    assert.ok(hidden instanceof Anthropic.NotFoundError);
    assert.equal(hidden.error.error.type, 'not_found_error');
  });
  await cases.run('openai: a key that is none', async () => {
    const stranger = new OpenAI({ baseURL: openai.baseURL, apiKey: 'made-up', maxRetries: 0 });
    assert.ok((await refused(() => stranger.models.list())) instanceof OpenAI.AuthenticationError);
  });
  await cases.run('anthropic: a key that is none', async () => {
    const stranger = new Anthropic({ baseURL: anthropic.baseURL, apiKey: 'made-up', maxRetries: 0 });
    const error = await refused(() => stranger.models.list());
    assert.ok(error instanceof Anthropic.AuthenticationError);
  });
  await cases.run('openai: too many requests at the provider', async () => {
    const error = await refused(() => chat('gpt', 'busy'));
    assert.ok(error instanceof OpenAI.RateLimitError);
    assert.match(error.message, /slow down/);
  });
  await cases.run('anthropic: too many requests at the provider', async () => {
    assert.ok((await refused(() => message('claude', 'busy'))) instanceof Anthropic.RateLimitError);
  });
  await cases.run('openai: a stream that breaks off is an error', async () => {
    const error = await refused(async () => collected(await chat('gpt', 'broken', { stream: true })));
    assert.ok(error instanceof OpenAI.APIError, String(error));
  });
  await cases.run('anthropic: a stream that breaks off is an error', async () => {
    const error = await refused(() =>
      anthropic.messages.stream({ model: 'claude', max_tokens: 9, messages: say('broken') }).finalMessage(),
    );
    assert.ok(error instanceof Anthropic.AnthropicError, String(error));
  });
  await cases.run('openai: an agent that leaves', async () => {
    const stream = await chat('gpt', 'slow', { stream: true });
    for await (const _ of stream) {
      break; // the SDK aborts the request
    }
  });
}

async function audit() {
  await gateway.stop();
  const all = await collected(records(gateway.auditDir));
  const outcomes = all.filter((each) => each.ev === 'llm.call.outcome');
  await cases.run('audit: every intent has its outcome', async () => {
    const intents = all.filter((each) => each.ev === 'llm.call.intent').map((each) => each.call);
    assert.ok(intents.length === 17, `${intents.length} intents`);
    assert.deepEqual(new Set(outcomes.map((each) => each.call)), new Set(intents));
    assert.deepEqual(
      [...new Set(outcomes.map((each) => each.outcome.status))].sort(),
      ['cancelled', 'ok', 'protocol_error', 'unreachable'],
    );
    assert.equal(outcomes.filter((each) => each.outcome.error === 'stream_broken').length, 2);
  });
  await cases.run('audit: the tokens are those of the provider, streamed or not', async () => {
    const told = (input, output) =>
      outcomes.filter((each) => each.model.usage?.input === input && each.model.usage.output === output).length;
    // chat completions: whole, streamed without and with usage; responses and messages: whole and streamed
    assert.equal(told(120, 30), 5);
    assert.equal(told(40, 31), 2);
  });
  await cases.run('audit: the log verifies', async () => {
    assert.equal((await gateway.verify()).code, 0);
  });
}

if (await cases.group('start', start)) {
  for (const group of [chats, others, messages, refusals, audit]) {
    await cases.group(group.name, group);
  }
}
await provider.stop();
process.exit(cases.end(CASES_MIN));

// What every agent meets whatever model it asks: keys, lists, models that it may not call, the provider's credential.

import assert from 'node:assert/strict';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { collected, refused } from './world.mjs';

const say = (text) => [{ role: 'user', content: text }];

export async function basics(cases, world) {
  const openai = new OpenAI({ baseURL: `${world.origin}/openai/v1`, apiKey: world.key, maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: `${world.origin}/anthropic`, apiKey: world.key, maxRetries: 0 });
  const chat = (model, more = {}) => openai.chat.completions.create({ model, messages: say('hello'), ...more });
  const message = (model) => anthropic.messages.create({ model, max_tokens: 9, messages: say('hello') });

  await cases.run('openai: the provider gets its own key, not the agent’s', async () => {
    await chat('at-openai');
    const headers = JSON.stringify(world.door.last.headers);
    assert.ok(!headers.includes(world.key) && headers.includes('sk-provider-openai'), headers);
  });
  await cases.run('anthropic: the provider gets its own key, not the agent’s', async () => {
    await message('at-anthropic');
    const headers = JSON.stringify(world.door.last.headers);
    assert.ok(!headers.includes(world.key) && headers.includes('sk-ant-provider'), headers);
  });
  const google = new GoogleGenAI({ apiKey: world.key, httpOptions: { baseUrl: world.origin } });
  await cases.run('gemini: the provider gets its own key, not the agent’s', async () => {
    await google.models.generateContent({ model: 'at-gemini', contents: 'hello' });
    const headers = JSON.stringify(world.door.last.headers);
    assert.ok(!headers.includes(world.key) && headers.includes('AIza-provider-gemini'), headers);
  });
  await cases.run('bedrock: the provider gets a signature, neither a secret nor the agent’s key', async () => {
    await message('at-bedrock');
    const headers = JSON.stringify(world.door.last.headers);
    assert.match(world.door.last.headers.authorization, /^AWS4-HMAC-SHA256 Credential=AKIDPROVIDER\/\d{8}\/eu-central-1\/bedrock\/aws4_request/);
    assert.ok(!headers.includes(world.key) && !headers.includes('aws-provider-secret'), headers);
  });
  await cases.run('openai: who did not ask for usage sees no chunk with it', async () => {
    const chunks = await collected(await chat('at-openai', { stream: true }));
    assert.match(chunks.map((each) => each.choices[0].delta.content ?? '').join(''), /pieces\.$/);
  });
  await cases.run('openai: what the gateway does not know reaches the provider', async () => {
    await chat('at-openai', { tomorrows_field: { deep: [1, null, 'x'] } });
    assert.deepEqual(JSON.parse(world.door.last.body).tomorrows_field, { deep: [1, null, 'x'] });
  });
  await cases.run('openai: embeddings', async () => {
    const answer = await openai.embeddings.create({ model: 'embed', input: 'words', encoding_format: 'float' });
    assert.deepEqual(answer.data[0].embedding, [0.25, -0.5, 1]);
  });
  for (const [name, client] of Object.entries({ openai, anthropic })) {
    await cases.run(`${name}: the models that the key may call`, async () => {
      const models = await collected(await client.models.list());
      assert.ok(models.some((each) => each.id === 'at-openai') && models.some((each) => each.id === 'embed'));
      assert.ok(models.every((each) => each.id !== 'hidden'));
      assert.equal((await client.models.retrieve('at-openai')).id, 'at-openai');
    });
  }
  await cases.run('openai: unknown and forbidden models are not found', async () => {
    const unknown = await refused(() => chat('nobody'));
    const hidden = await refused(() => chat('hidden'));
    assert.ok(unknown instanceof OpenAI.NotFoundError && hidden instanceof OpenAI.NotFoundError);
    assert.equal(unknown.message, hidden.message);
    assert.equal(hidden.code, 'model_not_found');
  });
  await cases.run('anthropic: unknown and forbidden models are not found', async () => {
    const hidden = await refused(() => message('hidden'));
    assert.ok(hidden instanceof Anthropic.NotFoundError);
    assert.equal(hidden.error.error.type, 'not_found_error');
  });
  await cases.run('openai: a key that is none', async () => {
    const stranger = new OpenAI({ baseURL: openai.baseURL, apiKey: 'made-up', maxRetries: 0 });
    assert.ok((await refused(() => stranger.models.list())) instanceof OpenAI.AuthenticationError);
  });
  await cases.run('anthropic: a key that is none', async () => {
    const stranger = new Anthropic({ baseURL: anthropic.baseURL, apiKey: 'made-up', maxRetries: 0 });
    assert.ok((await refused(() => stranger.models.list())) instanceof Anthropic.AuthenticationError);
  });
}

/** How many cases there are. */
export const BASIC_CASES = 13;

import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { WEATHER, weatherOf } from '../protocols/weather.mjs';

const STEPS_MAX = 4;

/** Asked for each time, or the SDK warns that it does not know the model. */
const SETTINGS = { maxOutputTokens: 1000, maxRetries: 0 };

/** Vercel's AI SDK with one of its providers. */
class Vercel {
  #model;

  constructor(name, protocol, model) {
    this.name = `ai with ${name}`;
    this.protocol = protocol;
    this.#model = model;
  }

  async whole(alias, prompt) {
    return (await generateText({ model: this.#model(alias), prompt, ...SETTINGS })).text;
  }

  async streamed(alias, prompt) {
    const failures = [];
    const stream = streamText({ model: this.#model(alias), prompt, ...SETTINGS, onError: ({ error }) => failures.push(error) });
    const pieces = [];
    for await (const piece of stream.textStream) {
      pieces.push(piece);
    }
    if (failures.length > 0) {
      throw failures[0];
    }
    return pieces.join('');
  }

  async tools(alias, prompt) {
    const weather = tool({
      description: WEATHER.description,
      inputSchema: z.object({ city: z.string() }),
      execute: async ({ city }) => weatherOf(city),
    });
    const stopWhen = stepCountIs(STEPS_MAX);
    // the gateway keeps no state of conversations, so each request has all of it
    const providerOptions = { openai: { store: false } };
    const asked = { model: this.#model(alias), prompt, tools: { weather }, stopWhen, providerOptions };
    return (await generateText({ ...asked, ...SETTINGS })).text;
  }
}

/** One for each protocol, and the provider for servers that are like OpenAI's. */
export function vercel(origin, apiKey) {
  const openai = createOpenAI({ baseURL: `${origin}/openai/v1`, apiKey });
  const anthropic = createAnthropic({ baseURL: `${origin}/anthropic/v1`, apiKey });
  const compatible = createOpenAICompatible({ name: 'gateway', baseURL: `${origin}/v1`, apiKey });
  return [
    new Vercel('openai', 'chat', (alias) => openai.chat(alias)),
    new Vercel('openai-compatible', 'chat', (alias) => compatible(alias)),
    new Vercel('openai', 'responses', (alias) => openai.responses(alias)),
    new Vercel('anthropic', 'messages', (alias) => anthropic(alias)),
  ];
}

import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { z } from 'zod';
import { WEATHER, weatherOf } from '../protocols/weather.mjs';

const weather = tool({
  name: WEATHER.name,
  description: WEATHER.description,
  parameters: z.object({ city: z.string() }),
  execute: async ({ city }) => weatherOf(city),
});

/** OpenAI's Agents SDK, over one of OpenAI's two protocols. */
class Agents {
  #runner;

  constructor(protocol, baseURL, apiKey) {
    this.name = 'agents';
    this.protocol = protocol;
    const modelProvider = new OpenAIProvider({ baseURL, apiKey, useResponses: protocol === 'responses' });
    // its traces would go to OpenAI
    this.#runner = new Runner({ modelProvider, tracingDisabled: true });
  }

  async whole(model, text) {
    return (await this.#runner.run(new Agent({ name: 'plain', model }), text)).finalOutput;
  }

  async streamed(model, text) {
    const result = await this.#runner.run(new Agent({ name: 'plain', model }), text, { stream: true });
    const pieces = await result.toTextStream({ compatibleWithNodeStreams: true }).toArray();
    await result.completed;
    return pieces.join('');
  }

  async tools(model, text) {
    return (await this.#runner.run(new Agent({ name: 'tooled', model, tools: [weather] }), text)).finalOutput;
  }
}

/** One for each protocol. */
export function agents(origin, apiKey) {
  return ['chat', 'responses'].map((protocol) => new Agents(protocol, `${origin}/v1`, apiKey));
}

import { ChatAnthropic } from '@langchain/anthropic';
import { ChatOpenAI } from '@langchain/openai';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';
import { WEATHER, weatherOf } from '../protocols/weather.mjs';

const weather = tool(async ({ city }) => weatherOf(city), {
  name: WEATHER.name,
  description: WEATHER.description,
  schema: z.object({ city: z.string() }),
});

/** LangChain with one of its models. */
class LangChain {
  #model;

  constructor(protocol, model) {
    this.name = 'langchain';
    this.protocol = protocol;
    this.#model = model;
  }

  async whole(alias, text) {
    return (await this.#model(alias).invoke(text)).text;
  }

  async streamed(alias, text) {
    const pieces = [];
    for await (const piece of await this.#model(alias).stream(text)) {
      pieces.push(piece.text);
    }
    return pieces.join('');
  }

  async tools(alias, text) {
    const agent = createAgent({ model: this.#model(alias), tools: [weather] });
    return (await agent.invoke({ messages: [{ role: 'user', content: text }] })).messages.at(-1).text;
  }
}

/** One for each protocol. */
export function langchain(origin, apiKey) {
  const configuration = { baseURL: `${origin}/openai/v1` };
  const openai = (useResponsesApi) => (model) => new ChatOpenAI({ model, apiKey, configuration, useResponsesApi, maxRetries: 0 });
  return [
    new LangChain('chat', openai(false)),
    new LangChain('responses', openai(true)),
    new LangChain('messages', (model) => new ChatAnthropic({ model, apiKey, anthropicApiUrl: `${origin}/anthropic`, maxRetries: 0 })),
  ];
}

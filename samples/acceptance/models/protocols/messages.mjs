import Anthropic from '@anthropic-ai/sdk';
import { traced } from '../world.mjs';
import { WEATHER } from './weather.mjs';

const TOKENS_MAX = 1000;

/** Anthropic's Messages, through Anthropic's SDK. */
export class Messages {
  #messages;

  constructor(origin, key) {
    this.#messages = new Anthropic({ baseURL: `${origin}/anthropic`, apiKey: key, maxRetries: 0 }).messages;
  }

  async whole(ask) {
    return seen(await this.#messages.create(body(ask), options(ask)));
  }

  async streamed(ask) {
    return seen(await this.#messages.stream(body(ask), options(ask)).finalMessage());
  }

  /** Leaves after the first piece of text. */
  async left(ask) {
    for await (const event of await this.#messages.create({ ...body(ask), stream: true }, options(ask))) {
      if (event.type === 'content_block_delta') {
        break;
      }
    }
  }

  retryAfter(error) {
    return error.headers.get('retry-after');
  }
}

const options = ({ trace }) => ({ headers: traced(trace) });

function body({ model, text, image, tools, after }) {
  const content = [{ type: 'text', text }];
  if (image) {
    content.push({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } });
  }
  const messages = [{ role: 'user', content }];
  if (after) {
    const results = after.answer.calls.map(({ id }, i) => ({ type: 'tool_result', tool_use_id: id, content: after.results[i] }));
    messages.push({ role: 'assistant', content: after.answer.turn }, { role: 'user', content: results });
  }
  const { parameters: input_schema, ...weather } = WEATHER;
  return { model, max_tokens: TOKENS_MAX, messages, ...(tools && { tools: [{ ...weather, input_schema }] }) };
}

function seen({ content, stop_reason, usage }) {
  return {
    text: content.filter((each) => each.type === 'text').map((each) => each.text).join(''),
    calls: content.filter((each) => each.type === 'tool_use').map(({ id, name, input }) => ({ id, name, input })),
    end: { end_turn: 'end', tool_use: 'tools' }[stop_reason] ?? stop_reason,
    usage: {
      input: usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      cache_read: usage.cache_read_input_tokens ?? undefined,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    },
    turn: content,
  };
}

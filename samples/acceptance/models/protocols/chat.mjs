import OpenAI from 'openai';
import { traced } from '../world.mjs';
import { WEATHER } from './weather.mjs';

/** OpenAI's Chat Completions, through OpenAI's SDK. */
export class Chat {
  #completions;

  constructor(origin, key) {
    this.#completions = new OpenAI({ baseURL: `${origin}/openai/v1`, apiKey: key, maxRetries: 0 }).chat.completions;
  }

  async whole(ask) {
    return seen(await this.#completions.create(body(ask), options(ask)));
  }

  async streamed(ask) {
    const counted = { ...body(ask), stream_options: { include_usage: true } };
    return seen(await this.#completions.stream(counted, options(ask)).finalChatCompletion());
  }

  /** Leaves after the first event. */
  async left(ask) {
    for await (const _ of await this.#completions.create({ ...body(ask), stream: true }, options(ask))) {
      break;
    }
  }

  retryAfter(error) {
    return error.headers.get('retry-after');
  }
}

const options = ({ trace }) => ({ headers: traced(trace) });

function body({ model, text, image, tools, after }) {
  const content = image
    ? [{ type: 'text', text }, { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } }]
    : text;
  const messages = [{ role: 'user', content }];
  if (after) {
    messages.push(after.answer.turn);
    after.answer.calls.forEach(({ id }, i) => messages.push({ role: 'tool', tool_call_id: id, content: after.results[i] }));
  }
  return { model, messages, ...(tools && { tools: [{ type: 'function', function: WEATHER }] }) };
}

function seen({ choices: [{ message, finish_reason }], usage }) {
  return {
    text: message.content ?? '',
    calls: (message.tool_calls ?? []).map(({ id, function: { name, arguments: input } }) => ({ id, name, input: JSON.parse(input) })),
    end: { stop: 'end', tool_calls: 'tools' }[finish_reason] ?? finish_reason,
    usage: {
      input: usage.prompt_tokens,
      cache_read: usage.prompt_tokens_details?.cached_tokens,
      output: usage.completion_tokens,
      reasoning: usage.completion_tokens_details?.reasoning_tokens,
    },
    turn: message,
  };
}

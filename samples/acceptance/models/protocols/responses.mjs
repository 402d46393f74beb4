import OpenAI from 'openai';
import { traced } from '../world.mjs';
import { WEATHER } from './weather.mjs';

/** OpenAI's Responses, through OpenAI's SDK. */
export class Responses {
  #responses;

  constructor(origin, key) {
    this.#responses = new OpenAI({ baseURL: `${origin}/v1`, apiKey: key, maxRetries: 0 }).responses;
  }

  async whole(ask) {
    return seen(await this.#responses.create(body(ask), options(ask)));
  }

  async streamed(ask) {
    return seen(await this.#responses.stream(body(ask), options(ask)).finalResponse());
  }

  /** Leaves after the first piece of text. */
  async left(ask) {
    for await (const event of await this.#responses.create({ ...body(ask), stream: true }, options(ask))) {
      if (event.type === 'response.output_text.delta') {
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
  const content = [{ type: 'input_text', text }];
  if (image) {
    content.push({ type: 'input_image', image_url: `data:image/png;base64,${image}`, detail: 'auto' });
  }
  const input = [{ role: 'user', content }];
  if (after) {
    input.push(...after.answer.turn);
    after.answer.calls.forEach(({ id }, i) => {
      input.push({ type: 'function_call_output', call_id: id, output: after.results[i] });
    });
  }
  return { model, input, ...(tools && { tools: [{ type: 'function', strict: false, ...WEATHER }] }) };
}

function seen({ output, status, usage }) {
  const calls = output.filter((each) => each.type === 'function_call');
  const texts = output.filter((each) => each.type === 'message').flatMap((each) => each.content);
  return {
    text: texts.map((each) => each.text).join(''),
    calls: calls.map(({ call_id: id, name, arguments: input }) => ({ id, name, input: JSON.parse(input) })),
    // a response that ends in calls is completed like any other
    end: status === 'completed' ? (calls.length > 0 ? 'tools' : 'end') : status,
    usage: {
      input: usage.input_tokens,
      cache_read: usage.input_tokens_details?.cached_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    },
    turn: output,
  };
}

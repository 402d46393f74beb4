import { GoogleGenAI } from '@google/genai';
import { traced } from '../world.mjs';
import { WEATHER } from './weather.mjs';

/** Gemini's generateContent, through Google's SDK. */
export class Gemini {
  #models;

  constructor(origin, key) {
    this.#models = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: origin, retryOptions: { attempts: 1 } } }).models;
  }

  async whole(ask) {
    return seen([await this.#models.generateContent(body(ask))]);
  }

  async streamed(ask) {
    const chunks = [];
    for await (const chunk of await this.#models.generateContentStream(body(ask))) {
      chunks.push(chunk);
    }
    return seen(chunks);
  }

  /** Leaves after the first event. */
  async left(ask) {
    const leaving = new AbortController();
    const asked = body(ask);
    asked.config.abortSignal = leaving.signal;
    for await (const _ of await this.#models.generateContentStream(asked)) {
      break;
    }
    leaving.abort();
  }

  /** Its errors have no header fields. */
  retryAfter() {
    return undefined;
  }
}

function body({ model, text, image, tools, after, trace }) {
  const parts = [{ text }];
  if (image) {
    parts.push({ inlineData: { mimeType: 'image/png', data: image } });
  }
  const contents = [{ role: 'user', parts }];
  if (after) {
    const results = after.answer.calls.map(({ name }, i) => ({ functionResponse: { name, response: { result: after.results[i] } } }));
    contents.push({ role: 'model', parts: after.answer.turn }, { role: 'user', parts: results });
  }
  const { parameters: parametersJsonSchema, ...weather } = WEATHER;
  const declared = tools && { tools: [{ functionDeclarations: [{ ...weather, parametersJsonSchema }] }] };
  return { model, contents, config: { httpOptions: { headers: traced(trace) }, ...declared } };
}

function seen(chunks) {
  const parts = chunks.flatMap((each) => each.candidates?.[0].content?.parts ?? []);
  const calls = parts.filter((each) => each.functionCall);
  const usage = chunks.findLast((each) => each.usageMetadata)?.usageMetadata;
  const reason = chunks.findLast((each) => each.candidates?.[0].finishReason)?.candidates[0].finishReason;
  return {
    text: parts.map((each) => each.text ?? '').join(''),
    calls: calls.map(({ functionCall: { id, name, args: input } }) => ({ id, name, input })),
    // a turn that ends in calls has stopped like any other; aimock has a word of its own for it
    end: ['STOP', 'FUNCTION_CALL'].includes(reason) ? (calls.length > 0 ? 'tools' : 'end') : reason,
    usage: {
      input: usage?.promptTokenCount,
      cache_read: usage?.cachedContentTokenCount,
      output: usage && usage.candidatesTokenCount + usage.thoughtsTokenCount,
      reasoning: usage?.thoughtsTokenCount,
    },
    turn: parts,
  };
}

import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { Transform } from 'node:stream';
import { awsError, chunkFrame, eventFrame, frames } from './aws.mjs';
import { counted, countsOf } from './counts.mjs';

const SHAPES = [
  [/\/chat\/completions$/, 'chat'],
  [/\/responses$/, 'responses'],
  [/\/messages$|\/invoke(-with-response-stream)?$/, 'messages'],
  [/\/converse(-stream)?$/, 'converse'],
  [/GenerateContent$|:generateContent$/, 'gemini'],
];

/** One request of the gateway as it arrived. */
class Arrival {
  /** When the gateway went before it had the whole answer. */
  left = Promise.withResolvers();

  constructor(message, body, n) {
    this.path = message.url.replace(/\?.*/, '');
    this.headers = message.headers;
    this.body = body.toString();
    this.shape = SHAPES.find(([path]) => path.test(this.path))?.[1];
    this.counts = countsOf(n, this.shape);
  }
}

/**
 * Stands between gateway and aimock: keeps what arrived last, byte for byte, sees who leaves, and makes of aimock's answers
 * what it has not: counts of all kinds of tokens, and frames and errors of Bedrock as AWS sends them.
 */
export class Door {
  #server;
  #behind;

  /** How many requests came. */
  arrivals = 0;
  /** The newest of them. */
  last;
  /** All values of `anthropic-beta` that came. */
  betas = new Set();

  static async before(url) {
    const door = new Door();
    door.#behind = url;
    door.#server = createServer((message, answer) => door.#pass(message, answer)).listen(0, '127.0.0.1');
    await once(door.#server, 'listening');
    return door;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #pass(message, answer) {
    const chunks = await message.toArray();
    const body = Buffer.concat(chunks);
    const arrival = new Arrival(message, body, ++this.arrivals);
    this.last = arrival;
    (message.headers['anthropic-beta'] ?? '').split(',').forEach((each) => this.betas.add(each.trim()));
    const { host: _, ...headers } = message.headers;
    const behind = request(`${this.#behind}${message.url}`, { method: message.method, headers });
    answer.on('close', () => {
      if (!answer.writableFinished) {
        arrival.left.resolve();
        behind.destroy();
      }
    });
    behind.on('error', () => answer.destroy());
    behind.on('response', async (reply) => {
      const { 'content-length': __, 'transfer-encoding': ___, ...kept } = reply.headers;
      if (reply.statusCode >= 400 && arrival.path.startsWith('/model/')) {
        const error = awsError(reply.statusCode, Buffer.concat(await reply.toArray()).toString());
        answer.writeHead(reply.statusCode, { ...kept, ...error.headers }).end(error.body);
        return;
      }
      answer.writeHead(reply.statusCode, kept);
      // an answer that is cut short there is cut short here
      reply.on('error', () => answer.destroy());
      reply.pipe(new Counted(arrival, reply.headers['content-type'] ?? '')).pipe(answer);
    });
    behind.end(body);
  }
}

/** Puts the counts into what passes: the data of events, Bedrock's frames, or a whole answer. */
class Counted extends Transform {
  #arrival;
  #type;
  #rest = Buffer.alloc(0);

  constructor(arrival, type) {
    super();
    this.#arrival = arrival;
    this.#type = type;
  }

  #counted(json) {
    return JSON.stringify(counted(this.#arrival.shape, JSON.parse(json), this.#arrival.counts));
  }

  _transform(chunk, _, done) {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (this.#type.startsWith('text/event-stream')) {
      const end = this.#rest.lastIndexOf('\n') + 1;
      const lines = this.#rest.subarray(0, end).toString();
      this.#rest = this.#rest.subarray(end);
      this.push(lines.replace(/^data: (\{.*)$/gm, (line, json) => `data: ${this.#counted(json)}`));
    } else if (this.#type.startsWith('application/vnd.amazon.eventstream')) {
      const [all, rest] = frames(this.#rest);
      this.#rest = rest;
      const framed = (name, json) => (this.#arrival.shape === 'converse' ? eventFrame(name, json) : chunkFrame(json));
      all.forEach(({ name, payload }) => this.push(framed(name, this.#counted(payload))));
    }
    done();
  }

  _flush(done) {
    if (this.#type.startsWith('application/json') && this.#rest.length > 0) {
      this.push(this.#counted(this.#rest.toString()));
    }
    done();
  }
}

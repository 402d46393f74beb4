import { LLMock } from '@copilotkit/aimock';

/** Seconds that a busy provider asks to wait: longer than any retry of the gateway's would. */
export const RETRY_SECONDS = 31;

/** aimock with the answers of all cases: the last user message says which. It answers in the shape of whoever asks. */
export async function provider() {
  const mock = new LLMock({ port: 0, logLevel: 'silent' });
  const cities = ['Bern', 'Oslo'].map((city) => ({ name: 'weather', arguments: JSON.stringify({ city }) }));
  mock.onMessage('hello', { content: 'Hello, this is a longer answer in several pieces.' });
  // what the tools said comes back, so that it is seen to have arrived, in order
  mock.on({ userMessage: /weather|compare/, hasToolResult: true }, (asked) => ({ content: `Tools: ${results(asked)}.` }));
  mock.onMessage('weather', { toolCalls: cities.slice(0, 1) });
  mock.onMessage('compare', { toolCalls: cities });
  mock.onMessage('picture', { content: 'A red dot.' });
  mock.onMessage('wrong', { error: { message: 'this cannot be asked', type: 'invalid_request_error' }, status: 400 });
  mock.onMessage('busy', { error: { message: 'slow down', type: 'rate_limit_error' }, status: 429, retryAfter: RETRY_SECONDS });
  const long = { content: 'This answer ends too early, in the middle of it all.' };
  mock.onMessage('broken', long, { latency: 20, chunkSize: 4, truncateAfterChunks: 6 });
  mock.onMessage('slow', long, { latency: 200, chunkSize: 2 });
  mock.onEmbedding('words', { embedding: [0.25, -0.5, 1] });
  await mock.start();
  return mock;
}

function results(asked) {
  return asked.messages
    .filter((each) => each.role === 'tool')
    .map((each) => /(sunny|rain) in \w+/.exec(JSON.stringify(each.content))?.[0])
    .join(', ');
}

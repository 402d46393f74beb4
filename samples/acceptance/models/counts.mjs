// How many tokens the provider says that a call took, in each protocol's own words. aimock knows neither tokens out of a
// cache nor those of reasoning, so what it says is replaced by this.

/** Tokens of the n-th call, in the form of the audit log: other numbers for each, so that none can be another's. */
export function countsOf(n, shape) {
  const cacheWrite = shape === 'messages' || shape === 'converse' ? 40 + n : 0;
  // Converse does not count reasoning apart
  const reasoning = shape === 'converse' ? 0 : 30 + n;
  return { input: 5000 + 3 * n + cacheWrite, cache_read: 700 + n, cache_write: cacheWrite, output: 90 + 2 * n, reasoning };
}

const chat = (counts) => ({
  prompt_tokens: counts.input,
  prompt_tokens_details: { cached_tokens: counts.cache_read },
  completion_tokens: counts.output,
  completion_tokens_details: { reasoning_tokens: counts.reasoning },
  total_tokens: counts.input + counts.output,
});

const responses = (counts) => ({
  input_tokens: counts.input,
  input_tokens_details: { cached_tokens: counts.cache_read },
  output_tokens: counts.output,
  output_tokens_details: { reasoning_tokens: counts.reasoning },
  total_tokens: counts.input + counts.output,
});

const messagesInput = (counts) => ({
  input_tokens: counts.input - counts.cache_read - counts.cache_write,
  cache_read_input_tokens: counts.cache_read,
  cache_creation_input_tokens: counts.cache_write,
});

const messagesOutput = (counts) => ({
  output_tokens: counts.output,
  output_tokens_details: { thinking_tokens: counts.reasoning },
});

const gemini = (counts) => ({
  promptTokenCount: counts.input,
  cachedContentTokenCount: counts.cache_read,
  candidatesTokenCount: counts.output - counts.reasoning,
  thoughtsTokenCount: counts.reasoning,
  totalTokenCount: counts.input + counts.output,
});

const converse = (counts) => ({
  inputTokens: counts.input - counts.cache_read - counts.cache_write,
  cacheReadInputTokens: counts.cache_read,
  cacheWriteInputTokens: counts.cache_write,
  outputTokens: counts.output,
  totalTokens: counts.input + counts.output,
});

/** An answer, or one event of it, with those counts in the places where the provider has them. */
export function counted(shape, answer, counts) {
  switch (shape) {
    case 'chat':
      return answer.usage ? { ...answer, usage: chat(counts) } : answer;
    case 'responses':
      if (answer.response) {
        const usage = answer.type === 'response.completed' ? responses(counts) : null;
        return { ...answer, response: { ...answer.response, usage } };
      }
      return answer.usage ? { ...answer, usage: responses(counts) } : answer;
    case 'messages':
      if (answer.type === 'message_start') {
        const usage = { ...messagesInput(counts), output_tokens: 1 };
        return { ...answer, message: { ...answer.message, usage } };
      }
      if (answer.type === 'message_delta') {
        return { ...answer, usage: messagesOutput(counts) };
      }
      return answer.usage ? { ...answer, usage: { ...messagesInput(counts), ...messagesOutput(counts) } } : answer;
    case 'gemini':
      return answer.usageMetadata ? { ...answer, usageMetadata: gemini(counts) } : answer;
    case 'converse':
      return answer.usage ? { ...answer, usage: converse(counts) } : answer;
    default:
      return answer;
  }
}

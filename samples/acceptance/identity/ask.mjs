import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { challenge, post } from '../clients/raw.mjs';

/** Trace ids of all calls that were refused with 401. */
export const refusedTraces = new Set();

/** Calls a tool at a URL with a token. Returns the answer; `accepted` and `refused` judge it. */
export function call(url, token, tool = 'echo__echo', { headers } = {}) {
  const text = randomBytes(8).toString('hex');
  const meta = { traceparent: `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01` };
  return post(url, token, 'tools/call', { name: tool, arguments: { text }, _meta: meta }, headers).then((answer) => ({
    ...answer,
    text,
    trace: meta.traceparent.split('-')[1],
  }));
}

/** Whether the call was made, and the answer is its own. */
export function isAccepted({ status, body, text }) {
  return status === 200 && JSON.parse(body).result?.content?.[0]?.text === text;
}

export async function accepted(answer) {
  const got = await answer;
  assert.ok(isAccepted(got), `HTTP ${got.status} ${got.body}`);
  return got;
}

/** The call must have been refused with 401 `invalid_token` (or what is named; null for none) and the metadata's address. */
export async function refused(answer, { status = 401, error = 'invalid_token' } = {}) {
  const got = await answer;
  assert.equal(got.status, status, `HTTP ${got.status} ${got.body}`);
  refusedTraces.add(got.trace);
  const asked = challenge(got);
  assert.equal(asked.error ?? null, error);
  assert.match(asked.resource_metadata, /\/\.well-known\/oauth-protected-resource\/mcp/);
  return asked;
}

/** The names of the tools that a token shows. */
export async function toolNames(url, token) {
  const answer = await post(url, token, 'tools/list');
  assert.equal(answer.status, 200, answer.body);
  return answer
    .json()
    .result.tools.map(({ name }) => name)
    .sort();
}

import assert from 'node:assert/strict';
import { comparable } from './agents.mjs';

/** How often a call whose answer holds the time of day is repeated until that stood still. */
const ATTEMPTS_MAX = 5;

/** The direct call is made before and after; only when both say the same can the gateway be held to it. */
export async function assertSame(directly, through) {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const before = comparable(await directly());
    const result = comparable(await through());
    const after = comparable(await directly());
    if (JSON.stringify(before) === JSON.stringify(after)) {
      assert.deepEqual(result, before);
      return;
    }
  }
  assert.fail(`the direct result changed ${ATTEMPTS_MAX} times`);
}

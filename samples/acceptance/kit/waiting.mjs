import { setTimeout as pause } from 'node:timers/promises';

/** Pause between two looks at a condition, in milliseconds. */
const LOOK_MILLIS = 25;

/**
 * Waits until `condition` gives something truthy and returns that. What it throws counts as "not yet".
 *
 * @param {string} what for the message when the time is over
 * @param {number} seconds the deadline
 */
export async function until(what, seconds, condition) {
  const end = performance.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const found = await condition();
      if (found) {
        return found;
      }
    } catch (error) {
      last = `: ${error.message}`;
    }
    if (performance.now() > end) {
      throw new Error(`not within ${seconds} s: ${what}${last}`);
    }
    await pause(LOOK_MILLIS);
  }
}

/** Waits for a promise, but not longer than `seconds`. */
export async function within(seconds, what, promise) {
  const late = new AbortController();
  const deadline = pause(seconds * 1000, undefined, { signal: late.signal }).then(() => {
    throw new Error(`not within ${seconds} s: ${what}`);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    late.abort();
    deadline.catch(() => {}); // aborted, as it should be
  }
}

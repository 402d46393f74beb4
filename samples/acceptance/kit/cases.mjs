import { within } from './waiting.mjs';

/** Longest time for one case, in seconds, unless it says otherwise; a case that takes longer has failed. */
const CASE_SECONDS_MAX = 60;

/** Runs named cases one after the other, prints one line for each and counts them. */
export class Cases {
  #passed = 0;
  #failed = 0;

  /**
   * Runs one case: it passes if `body` ends without throwing. A text that it returns is printed behind the name.
   *
   * @returns {Promise<boolean>} whether it passed
   */
  async run(name, body, secondsMax = CASE_SECONDS_MAX) {
    try {
      const note = await within(secondsMax, name, body());
      this.#passed++;
      console.log(`ok    ${name}${note === undefined ? '' : `: ${note}`}`);
      return true;
    } catch (error) {
      return this.#fail(name, error);
    }
  }

  /**
   * Runs a group of cases, or what must go well around them. What it throws outside a case counts as a failure; whoever
   * calls can go on.
   *
   * @returns {Promise<boolean>} whether nothing was thrown
   */
  async group(name, body) {
    try {
      await body();
      return true;
    } catch (error) {
      return this.#fail(name, error);
    }
  }

  #fail(name, error) {
    this.#failed++;
    console.log(`FAIL  ${name}\n      ${text(error).replaceAll('\n', '\n      ')}`);
    return false;
  }

  /**
   * Prints the last line.
   *
   * @param {number} minimum the run fails when fewer cases ran, so that none can be left out unseen
   * @returns {number} the exit code
   */
  end(minimum) {
    const ran = this.#passed + this.#failed;
    if (ran < minimum) {
      this.#failed += minimum - ran;
      console.log(`FAIL  only ${ran} of ${minimum} cases ran`);
    }
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 ? 0 : 1;
  }
}

function text(error) {
  return error?.code === 'ERR_ASSERTION' ? error.message : (error?.stack ?? String(error));
}

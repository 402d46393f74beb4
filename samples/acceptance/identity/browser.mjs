/** Longest way from one page to the next. */
const STEPS_MAX = 14;

/**
 * A browser without a window: it follows redirects, keeps cookies, and does at a provider's pages what a person would do,
 * who logs in and consents. It stops at every other page.
 */
export class Visitor {
  #cookies = new Map();
  #login;
  #fillIn;

  /** The URLs that it opened. */
  visited = [];

  /**
   * @param {function(URL): string} login the name to log in with at the provider that has this URL
   * @param {function} [fillIn] gives address and fields of the form of a page, filled in; by default that of oidc-provider
   */
  constructor(login, fillIn) {
    this.#login = login;
    this.#fillIn = fillIn;
  }

  /**
   * Opens a page.
   *
   * @param {object} [options]
   * @param {string} [options.until] how a URL begins that is not opened but returned
   * @param {object} [options.form] what is sent there
   * @param {boolean} [options.cancels] whether the person, once logged in, does not consent at the provider
   * @returns {Promise<{url: URL, status: number, headers: Headers, text: string}>} the page at which it stopped; of one
   *     that it did not open the URL alone
   */
  async open(url, { until, form, cancels = false } = {}) {
    let next = { url: new URL(url), form };
    for (let step = 0; step < STEPS_MAX; step++) {
      if (until !== undefined && next.url.href.startsWith(until)) {
        return { url: next.url };
      }
      const page = await this.#ask(next);
      next = sentOn(page) ?? this.#filledIn(page, cancels);
      if (next === undefined) {
        return page;
      }
    }
    throw new Error(`no end within ${STEPS_MAX} steps: ${this.visited.slice(-STEPS_MAX).join('\n')}`);
  }

  /** Presses a button of a page's form: its URL, what it sends, and the name and value of the button. */
  submit(page, button, options = {}) {
    const [, action] = /<form[^>]* action="([^"]+)"/.exec(page.text) ?? [];
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    if (action === undefined) {
      throw new Error(`no form: ${words(page)}`);
    }
    const form = { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...button };
    return this.open(new URL(unescaped(action), page.url), { ...options, form });
  }

  async #ask({ url, form }) {
    this.visited.push(url.href);
    const cookies = this.#cookies.get(url.hostname) ?? new Map();
    this.#cookies.set(url.hostname, cookies);
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      body: form && new URLSearchParams(form),
      headers: {
        Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(form && { Origin: url.origin, 'Sec-Fetch-Site': 'same-origin' }),
      },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** A provider's form, filled in. */
  #filledIn({ url, text }, cancels) {
    if (this.#fillIn !== undefined) {
      const { url: to, form } = this.#fillIn(text, this.#login(url));
      return { url: new URL(to, url), form };
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(text)?.[1];
    const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
    if (action === undefined || prompt === undefined) {
      return undefined;
    }
    if (cancels && prompt === 'consent') {
      return { url: new URL(unescaped(/href="([^"]+\/abort)"/.exec(text)[1]), url) };
    }
    const form = prompt === 'login' ? { prompt, login: this.#login(url), password: 'x' } : { prompt };
    return { url: new URL(unescaped(action), url), form };
  }
}

function sentOn({ url, headers }) {
  const to = headers.get('location') ?? /^0; url=(.+)$/.exec(headers.get('refresh') ?? '')?.[1];
  return to && { url: new URL(to, url) };
}

function unescaped(text) {
  return text.replaceAll('&amp;', '&');
}

/** What a person reads on a page. */
export function words({ text }) {
  return text.replace(/<style.*?<\/style>|<script.*?<\/script>/gs, '').replace(/<[^>]*>|\s+/g, ' ');
}

/** A page that a browser would stop at, as an error. */
export function stuck(text) {
  return new Error(`neither a form nor a redirect: ${words({ text })}`);
}

/**
 * Does what a person at a browser would do with an authorization URL.
 *
 * @param {URL|string} url where the client sends the browser
 * @param {string} redirect where the provider is to send it back to; nothing need listen there
 * @param {function} [fillIn] as of a Visitor
 * @returns {Promise<URL>} that address with what the provider added to it
 */
export async function authorize(url, redirect, login, fillIn) {
  const page = await new Visitor(() => login, fillIn).open(url, { until: redirect });
  if (page.text !== undefined) {
    throw stuck(page.text);
  }
  return page.url;
}

/** Longest way from the gateway's link to its last page. */
const STEPS_MAX = 12;

/** A user at a browser, who says yes: follows redirects, keeps cookies per host, sends the gateway's form. */
export class Browser {
  #cookies = new Map();

  /** Goes from this address to the page at which nothing leads on; gives that page's status. */
  async open(address) {
    let next = { url: new URL(address) };
    for (let step = 0; step < STEPS_MAX; step++) {
      const { response, page } = await this.#load(next);
      const to = response.headers.get('location') ?? /^0; url=(.*)$/.exec(response.headers.get('refresh') ?? '')?.[1];
      const approval = /name="approval" value="([^"]+)"/.exec(page)?.[1];
      if (to !== undefined && to !== null) {
        next = { url: new URL(to, next.url) };
      } else if (approval !== undefined) {
        next = { url: new URL('/oauth/approve', next.url), form: { approval, answer: 'yes' } };
      } else {
        return response.status;
      }
    }
    throw new Error(`no end within ${STEPS_MAX} steps`);
  }

  async #load({ url, form }) {
    const headers = { Cookie: this.#cookies.get(url.host) ?? '' };
    const sent = form === undefined ? {} : { Origin: url.origin, 'Sec-Fetch-Site': 'same-origin' };
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      body: form && new URLSearchParams(form),
      headers: { ...headers, ...sent },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      this.#cookies.set(url.host, cookie.split(';')[0]);
    }
    return { response, page: await response.text() };
  }
}

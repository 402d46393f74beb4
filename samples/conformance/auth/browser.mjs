import { request } from 'node:http';

/** Longest way from the gateway's link to its last page. */
const STEPS_MAX = 12;

/** The next browser's address; the gateway bounds what comes from one. */
let nextHost = 2;

/** A user at a browser, who says yes: follows redirects, keeps a cookie per host, sends the gateway's form. */
export class Browser {
  #cookies = new Map();
  #address = `127.0.1.${nextHost++}`;

  /** Goes from this address to the page at which nothing leads on; gives that page's status. */
  async open(address) {
    let next = { url: new URL(address) };
    for (let step = 0; step < STEPS_MAX; step++) {
      const { status, headers, page } = await this.#load(next);
      const to = headers.location ?? /^0; url=(.*)$/.exec(headers.refresh ?? '')?.[1];
      const approval = /name="approval" value="([^"]+)"/.exec(page)?.[1];
      if (to !== undefined) {
        next = { url: new URL(to, next.url) };
      } else if (approval !== undefined) {
        next = { url: new URL('/oauth/approve', next.url), form: { approval, answer: 'yes' } };
      } else {
        return status;
      }
    }
    throw new Error(`no end within ${STEPS_MAX} steps`);
  }

  async #load({ url, form }) {
    const sent =
      form === undefined
        ? {}
        : {
            'Content-Type': 'application/x-www-form-urlencoded',
            Origin: url.origin,
            'Sec-Fetch-Site': 'same-origin',
          };
    const cookie = this.#cookies.get(url.host);
    const answer = await new Promise((resolve, reject) =>
      request(url, {
        method: form === undefined ? 'GET' : 'POST',
        headers: { ...sent, ...(cookie === undefined ? {} : { Cookie: cookie }) },
        ...(url.hostname === '127.0.0.1' ? { localAddress: this.#address } : {}),
      })
        .once('response', resolve)
        .once('error', reject)
        .end(form && new URLSearchParams(form).toString()),
    );
    for (const set of answer.headers['set-cookie'] ?? []) {
      this.#cookies.set(url.host, set.split(';')[0]);
    }
    const chunks = await answer.toArray();
    return { status: answer.statusCode, headers: answer.headers, page: Buffer.concat(chunks).toString() };
  }
}

/** Longest way from the authorization endpoint back to the client. */
const STEPS_MAX = 12;

/**
 * Does what a person at a browser would do with an authorization URL: follows redirects, keeps cookies, logs in as `login`
 * and consents, by the pages that the provider shows.
 *
 * @param {URL|string} url where the client sends the browser
 * @param {string} redirect where the provider is to send it back to; nothing need listen there
 * @param {function} fillIn gives address and fields of the form of a page, filled in; by default that of oidc-provider
 * @returns {Promise<URL>} that address with what the provider added to it
 */
export async function authorize(url, redirect, login, fillIn = filledIn) {
  const cookies = new Map();
  let next = { url: String(url) };
  for (let step = 0; step < STEPS_MAX; step++) {
    if (next.url.startsWith(redirect)) {
      return new URL(next.url);
    }
    const { form } = next;
    const response = await fetch(next.url, {
      method: form === undefined ? 'GET' : 'POST',
      body: form && new URLSearchParams(form),
      headers: { Cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      redirect: 'manual',
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const page = await response.text();
    next = response.headers.has('location')
      ? { url: new URL(response.headers.get('location'), next.url).href }
      : fillIn(page, login);
  }
  throw new Error(`no way back to ${redirect} within ${STEPS_MAX} steps`);
}

/** A page that a browser would stop at, as an error. */
export function stuck(page) {
  const text = page.replace(/<style.*?<\/style>|<script.*?<\/script>/gs, '').replace(/<[^>]*>|\s+/g, ' ');
  return new Error(`neither a form nor a redirect: ${text}`);
}

/** The page's form, filled in. */
function filledIn(page, login) {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
  const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
  if (action === undefined || prompt === undefined) {
    throw stuck(page);
  }
  return { url: action.replaceAll('&amp;', '&'), form: prompt === 'login' ? { prompt, login, password: 'x' } : { prompt } };
}

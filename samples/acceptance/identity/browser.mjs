/** Longest way from the authorization endpoint back to the client. */
const STEPS_MAX = 12;

/**
 * Does what a person at a browser would do with an authorization URL: follows redirects, keeps cookies, logs in as `login`
 * and consents, by the pages that the provider shows.
 *
 * @param {URL|string} url where the client sends the browser
 * @param {string} redirect where the provider is to send it back to; nothing need listen there
 * @returns {Promise<URL>} that address with what the provider added to it
 */
export async function authorize(url, redirect, login) {
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
      : filledIn(page, login);
  }
  throw new Error(`no way back to ${redirect} within ${STEPS_MAX} steps`);
}

/** The page's form, filled in. */
function filledIn(page, login) {
  const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1];
  const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1];
  if (action === undefined || prompt === undefined) {
    throw new Error(`neither a form nor a redirect: ${page.replace(/<style>.*?<\/style>/s, '').replace(/<[^>]*>|\s+/g, ' ')}`);
  }
  return { url: action.replaceAll('&amp;', '&'), form: prompt === 'login' ? { prompt, login, password: 'x' } : { prompt } };
}

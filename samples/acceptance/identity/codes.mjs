import { createHash, randomBytes } from 'node:crypto';
import { authorize } from './browser.mjs';
import { REDIRECT } from './world.mjs';

/** Authorization code with PKCE, step by step, without a library. Returns the token endpoint's answer. */
export async function codeFlow(idp, client_id, { scope, resource, login, headers }) {
  const verifier = randomBytes(32).toString('base64url');
  const url = new URL(`${idp.issuer}/auth`);
  const target = resource === undefined ? {} : { resource };
  url.search = new URLSearchParams({
    client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope,
    state: randomBytes(8).toString('hex'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...target,
  });
  const back = await authorize(url, REDIRECT, login);
  if (!back.searchParams.has('code')) {
    throw new Error(`no code: ${back.search}`);
  }
  return idp.tokens(
    {
      grant_type: 'authorization_code',
      client_id,
      code: back.searchParams.get('code'),
      redirect_uri: REDIRECT,
      code_verifier: verifier,
      ...target,
    },
    headers,
  );
}

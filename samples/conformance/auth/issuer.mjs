import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const KEY_ID = 'conformance';
const LIFE_SECONDS = 300;

const base64 = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');

/** The issuer of the agents' tokens. Its one user is logged in already: whoever asks gets a code (PKCE) at once. */
export class Issuer {
  #user;
  #server;
  #key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  #codes = new Map();

  /** Its identifier. */
  url;

  static async start(user) {
    const issuer = new Issuer();
    issuer.#user = user;
    issuer.#server = createServer((request, response) => {
      const url = new URL(request.url, issuer.url);
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => issuer.#answer(url, new URLSearchParams(Buffer.concat(chunks).toString()), response));
    }).listen(0, '127.0.0.1');
    await once(issuer.#server, 'listening');
    issuer.url = `http://127.0.0.1:${issuer.#server.address().port}`;
    return issuer;
  }

  /** An agent's token for the gateway. */
  accessToken() {
    return this.#signed('at+jwt', { aud: 'urn:conformance:gateway', client_id: 'conformance-agent' });
  }

  stop() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer({ pathname, searchParams }, form, response) {
    const json = (status, body) =>
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    switch (pathname) {
      case '/.well-known/openid-configuration':
        return json(200, {
          issuer: this.url,
          authorization_endpoint: `${this.url}/authorize`,
          token_endpoint: `${this.url}/token`,
          jwks_uri: `${this.url}/jwks`,
          response_types_supported: ['code'],
          code_challenge_methods_supported: ['S256'],
          token_endpoint_auth_methods_supported: ['none'],
        });
      case '/jwks':
        return json(200, {
          keys: [{ ...this.#key.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' }],
        });
      case '/authorize': {
        const code = randomBytes(16).toString('base64url');
        this.#codes.set(code, Object.fromEntries(searchParams));
        const back = new URL(searchParams.get('redirect_uri'));
        back.searchParams.set('code', code);
        back.searchParams.set('state', searchParams.get('state'));
        return response.writeHead(302, { Location: back.href }).end();
      }
      case '/token': {
        const asked = this.#codes.get(form.get('code'));
        this.#codes.delete(form.get('code'));
        const proof = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
        if (asked?.code_challenge !== proof) {
          return json(400, { error: 'invalid_grant' });
        }
        return json(200, {
          access_token: randomBytes(16).toString('base64url'),
          token_type: 'Bearer',
          expires_in: LIFE_SECONDS,
          id_token: this.#signed('JWT', { aud: asked.client_id, nonce: asked.nonce }),
        });
      }
      default:
        return json(404, {});
    }
  }

  #signed(typ, claims) {
    const now = Math.floor(Date.now() / 1000);
    const times = { iat: now, exp: now + LIFE_SECONDS, jti: randomBytes(8).toString('hex') };
    const text = [{ alg: 'ES256', typ, kid: KEY_ID }, { iss: this.url, sub: this.#user, ...times, ...claims }]
      .map(base64)
      .join('.');
    const key = { key: this.#key.privateKey, dsaEncoding: 'ieee-p1363' };
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }
}

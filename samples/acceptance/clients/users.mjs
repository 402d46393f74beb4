import { randomBytes } from 'node:crypto';
import { SignJWT, exportJWK, exportPKCS8, generateKeyPair } from 'jose';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client of the provider. What it sends to prove who it is differs; what it asks for does not. */
class User {
  constructor(id, metadata) {
    this.id = id;
    /** What the provider has to know. */
    this.metadata = { client_id: id, ...metadata };
  }

  /**
   * Gets an access token the way any client would: discovery, then the token endpoint.
   *
   * @param {string} issuer the provider
   * @param {{resource: string, scope?: string}} request
   */
  async token(issuer, { resource, scope = '' }) {
    const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    const form = { grant_type: 'client_credentials', resource, scope, ...(await this.proof(metadata.issuer)) };
    const response = await fetch(metadata.token_endpoint, { method: 'POST', body: new URLSearchParams(form) });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`${this.id} got no token: ${JSON.stringify(answer)}`);
    }
    return answer.access_token;
  }
}

/** Proves itself with a signed assertion (RFC 7523). */
class KeyUser extends User {
  static async make(id, metadata) {
    const keys = await generateKeyPair('ES256', { extractable: true });
    const user = new KeyUser(id, {
      ...metadata,
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      jwks: { keys: [{ ...(await exportJWK(keys.publicKey)), alg: 'ES256', use: 'sig' }] },
    });
    user.privateKey = await exportPKCS8(keys.privateKey);
    user.signingKey = keys.privateKey;
    return user;
  }

  async proof(audience) {
    const assertion = await new SignJWT({ jti: randomBytes(12).toString('hex') })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(this.id)
      .setSubject(this.id)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('60s')
      .sign(this.signingKey);
    return { client_assertion: assertion, client_assertion_type: ASSERTION_TYPE };
  }
}

/** Proves itself with a shared secret. */
class SecretUser extends User {
  static make(id, metadata) {
    const secret = randomBytes(24).toString('base64url');
    const user = new SecretUser(id, {
      ...metadata,
      token_endpoint_auth_method: 'client_secret_post',
      client_secret: secret,
    });
    user.secret = secret;
    return user;
  }

  async proof() {
    return { client_id: this.id, client_secret: this.secret };
  }
}

/** Alice may use much, Bob little; Hasty is like Bob, but his tokens expire after two seconds. */
export async function users() {
  return {
    alice: await KeyUser.make('alice', { groups: ['developers', 'readers'] }),
    bob: SecretUser.make('bob', { groups: ['readers'] }),
    // long enough to be shown while it is good, on a slow machine, too
    hasty: SecretUser.make('hasty', { groups: ['readers'], token_lifetime_s: 5 }),
  };
}

import { writeFileSync } from 'node:fs';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

const AUDIENCE = 'https://gateway.acceptance.example/mcp';

/** Signs tokens with a key of its own, whose public half is a file: nothing that could be slow or down while we kill. */
export class FileIssuer {
  #key;

  static async make(jwksFile) {
    const issuer = new FileIssuer();
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    issuer.#key = privateKey;
    const key = { ...(await exportJWK(publicKey)), kid: 'kill', alg: 'ES256', use: 'sig' };
    writeFileSync(jwksFile, JSON.stringify({ keys: [key] }));
    return issuer;
  }

  /** A token for one round. */
  token(round) {
    return new SignJWT({ client_id: 'load', jti: `round-${round}` })
      .setProtectedHeader({ alg: 'ES256', kid: 'kill', typ: 'at+jwt' })
      .setIssuer('https://issuer.acceptance.example')
      .setSubject('load')
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('10m')
      .sign(this.#key);
  }
}

import { createRemoteJWKSet, jwtVerify } from 'jose';

const METADATA = '/.well-known/oauth-protected-resource';

/**
 * Stands in front of an MCP server that wants each user's own token: says which authorization server it trusts (RFC 9728),
 * and refuses tokens that are not from there, not for this server or lack a scope, as the specification of MCP asks.
 */
export class Guard {
  #server;
  #scopes;
  #open;
  #keys;

  /** The claims of the token that came with a call, by the call's `text`. */
  seen = new Map();
  /** Every `Authorization` header that came. */
  came = new Set();

  /**
   * @param {string} server the authorization server's issuer
   * @param {object} scopes what each tool needs
   * @param {boolean} open whether questions that are no calls need no token
   */
  constructor(server, scopes, open) {
    this.#server = server;
    this.#scopes = scopes;
    this.#open = open;
    this.#keys = createRemoteJWKSet(new URL(`${server}/jwks`));
  }

  /** The door that an EchoUpstream asks: whether it has answered instead. */
  door = async (request, response, { method, params }) => {
    const origin = `http://${request.headers.host}`;
    if (request.url.startsWith(METADATA)) {
      const said = { resource: `${origin}/mcp`, authorization_servers: [this.#server], scopes_supported: ['files:read'] };
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
      return true;
    }
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      this.came.add(authorization);
    } else if (this.#open && method !== undefined && method !== 'tools/call') {
      return false;
    }
    const refuse = (status, more = '') => {
      const said = `Bearer resource_metadata="${origin}${METADATA}/mcp"${more}`;
      response.writeHead(status, { 'WWW-Authenticate': said }).end();
      return true;
    };
    const claims = await this.#verified(authorization, `${origin}/mcp`);
    if (claims === undefined) {
      return refuse(401, authorization === undefined ? '' : ', error="invalid_token"');
    }
    const scope = method === 'tools/call' ? this.#scopes[params.name] : undefined;
    if (scope !== undefined && !claims.scope?.split(' ').includes(scope)) {
      return refuse(403, `, error="insufficient_scope", scope="${scope}"`);
    }
    if (method === 'tools/call') {
      this.seen.set(params.arguments.text, claims);
    }
    return false;
  };

  async #verified(authorization, audience) {
    try {
      const token = /^Bearer (.+)$/.exec(authorization)[1];
      return (await jwtVerify(token, this.#keys, { issuer: this.#server, audience, typ: 'at+jwt' })).payload;
    } catch {
      return undefined;
    }
  }
}

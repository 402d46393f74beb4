import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Gateway } from '../kit/gateway.mjs';
import { EchoUpstream } from '../kit/upstream.mjs';
import { IdentityProvider } from './idp.mjs';

/** Where authorization codes are sent; nothing listens there. */
export const REDIRECT = 'http://127.0.0.1/callback';

/** How long short tokens live, in seconds: long enough to be shown while they are good, on a slow machine, too. */
const SHORT_S = 5;

const machine = (client_id, more) => ({
  client_id,
  client_secret: randomBytes(24).toString('base64url'),
  token_endpoint_auth_method: 'client_secret_post',
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  ...more,
});

const app = (client_id, more) => ({
  client_id,
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT],
  response_types: ['code'],
  ...more,
});

/** The clients of the first provider, by the name that the cases use. */
const CORP = {
  batch: machine('batch', { groups: ['staff'] }),
  reader: machine('reader', { groups: ['readers'] }),
  hasty: machine('hasty', { groups: ['staff'], token_lifetime_s: SHORT_S }),
  lasting: machine('lasting', { groups: ['staff'], token_lifetime_s: 7200 }),
  desk: app('desk'),
  lounge: app('lounge', { token_format: 'opaque' }),
  shortLounge: app('short-lounge', { token_format: 'opaque', token_lifetime_s: SHORT_S }),
  introspector: machine('introspector'),
};

/** Those of the second. */
const PARTNER = {
  guest: machine('guest', { groups: ['guests'] }),
  // a group that only means something at the other issuer
  impostor: machine('impostor', { groups: ['staff'] }),
};

/** Users of the first provider. */
const ACCOUNTS = {
  ann: { groups: ['staff'] },
  ben: { groups: ['readers'] },
  cem: { groups: ['staff'] },
  dora: { groups: ['staff'] },
  eve: { groups: ['staff'] },
};

/** What runs during the cases: two trusted providers and one that is not, a server and the gateway. */
export class World {
  /** Where everything of a run is kept. */
  folder = fileURLToPath(new URL('../target/identity', import.meta.url));
  clients = { ...CORP, ...PARTNER };
  /** The operator's token at the gateway. */
  operator = randomBytes(24).toString('base64url');

  async start() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    const corp = { shape: 'rfc9068', clients: Object.values(CORP), accounts: ACCOUNTS };
    const partner = { shape: 'older', clients: Object.values(PARTNER), accounts: ACCOUNTS };
    const make = async (...args) => (await IdentityProvider.make(this.folder, ...args)).start();
    [this.corp, this.partner, this.stranger] = await Promise.all([
      make('corp', 'ES256', corp),
      make('partner', 'RS256', partner),
      make('stranger', 'ES256', { ...corp, clients: [...corp.clients] }),
    ]);
    this.upstream = await EchoUpstream.start(['echo', 'report', 'export']);
    this.gateway = await this.makeGateway('gateway').spawn().serving();
    this.otherView = `${this.gateway.url}/other`;
  }

  /** A gateway that trusts the two providers; not started. */
  makeGateway(name) {
    const gateway = new Gateway(join(this.folder, name), new URL('.', import.meta.url), {
      CORP: this.corp.issuer,
      PARTNER: this.partner.issuer,
      UPSTREAM: this.upstream.url,
    });
    const secrets = { 'ops.token': this.operator, 'introspector.secret': this.clients.introspector.client_secret };
    for (const [file, secret] of Object.entries(secrets)) {
      writeFileSync(join(gateway.folder, file), secret, { mode: 0o600 });
    }
    return gateway;
  }

  /** A token of the first provider for the gateway's main view. */
  token(client, options) {
    return this.corp.token(this.clients[client], this.gateway.url, options);
  }

  /** Stops everything, the gateway as an operator would. */
  async stop() {
    assert.equal(await this.gateway.stop(), 0);
    this.upstream.stop();
    await Promise.all([this.corp.end(), this.partner.end(), this.stranger.end()]);
  }
}

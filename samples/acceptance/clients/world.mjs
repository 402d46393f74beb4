import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../kit/children.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { Agent } from './agents.mjs';
import { Servers } from './servers.mjs';
import { users } from './users.mjs';

/** How long the provider may take until it listens, in seconds. */
const START_SECONDS_MAX = 60;

/** Everything that runs during the cases: provider, servers, gateway, and the journal of what clients were answered. */
export class World {
  #featureAgents = [];

  /** Where everything of a run is kept. */
  folder = fileURLToPath(new URL('../target/clients', import.meta.url));
  #tokens = new Map();
  #agents = [];

  /** What clients were answered, in order. */
  journal = [];

  /** Starts everything. */
  async start() {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.users = await users();
    [this.provider, this.stranger] = await Promise.all([this.#provider('provider'), this.#provider('stranger')]);
    this.servers = new Servers(this.folder);
    await this.servers.startRemote();
    this.gateway = new Gateway(join(this.folder, 'gateway'), new URL('.', import.meta.url), {
      ISSUER: this.provider.issuer,
      ...this.servers.values,
    });
    // the environment of a stdio server must not hold what the gateway's holds
    await this.gateway.spawn({ ACCEPTANCE_CANARY: 'must not be seen' }).serving();
  }

  /** Starts the second gateway, before more servers. */
  async startFeatures() {
    await this.servers.startModern();
    this.features = new Gateway(join(this.folder, 'features'), new URL('features/', import.meta.url), {
      ISSUER: this.provider.issuer,
      ...this.servers.values,
    });
    await this.features.spawn().serving();
    // it prints the URL of its first view
    this.features.origin = new URL(this.features.url).origin;
  }

  /** An identity provider that knows all users; only one of the two is trusted by the gateway. */
  async #provider(name) {
    const clients = join(this.folder, `${name}.json`);
    const metadata = Object.values(this.users).map((user) => user.metadata);
    writeFileSync(clients, JSON.stringify(metadata), { mode: 0o600 });
    const script = fileURLToPath(new URL('provider.mjs', import.meta.url));
    const packages = fileURLToPath(new URL('../kit/packages.mjs', import.meta.url));
    const child = new Child(process.execPath, ['--import', packages, script, clients], {
      log: join(this.folder, name),
      env: { ACCEPTANCE_PACKAGES: process.env.ACCEPTANCE_PACKAGES },
    });
    return { issuer: await child.line('READY ', START_SECONDS_MAX), child };
  }

  /** A token of the trusted provider for the gateway; asked for once per user and scope. */
  async token(user, scope = '', resource = this.gateway.url) {
    const key = `${user.id} ${scope} ${resource}`;
    if (!this.#tokens.has(key)) {
      this.#tokens.set(key, await user.token(this.provider.issuer, { resource, scope }));
    }
    return this.#tokens.get(key);
  }

  /** Where the second gateway shows one server alone. */
  view(alias) {
    return `${this.features.origin}/mcp/${alias}`;
  }

  /** A client at that view. `prepare` sees it before it connects. */
  async featureAgent(flavour, user, alias, { capabilities, prepare = () => {} } = {}) {
    const agent = new Agent(flavour, { capabilities });
    prepare(agent);
    const headers = { Authorization: `Bearer ${await this.token(user, '', this.view(alias))}` };
    this.#featureAgents.push(agent);
    return this.#connected(agent, flavour.http(new URL(this.view(alias)), { requestInit: { headers } }));
  }

  /** A client connected to the gateway as `user`. */
  async agent(flavour, user, scope) {
    const headers = { Authorization: `Bearer ${await this.token(user, scope)}` };
    return this.#connected(
      new Agent(flavour, { journal: this.journal }),
      flavour.http(new URL(this.gateway.url), { requestInit: { headers } }),
    );
  }

  /** A client that has no token and must find out by itself where to get one. */
  async agentWithLogin(flavour, authProvider) {
    const agent = new Agent(flavour, { journal: this.journal });
    return this.#connected(agent, flavour.http(new URL(this.gateway.url), { authProvider }));
  }

  /** A client of the same library connected to a server without the gateway. */
  async directAgent(flavour, alias, { capabilities, prepare = () => {} } = {}) {
    const { url, ...command } = this.servers.direct(alias);
    const transport = url === undefined ? flavour.stdio({ ...command, stderr: 'ignore' }) : flavour.http(new URL(url));
    const agent = new Agent(flavour, { capabilities });
    prepare(agent);
    return this.#connected(agent, transport);
  }

  async #connected(agent, transport) {
    await agent.connect(transport);
    this.#agents.push(agent);
    return agent;
  }

  async closeFeatureAgents() {
    await Promise.allSettled(this.#featureAgents.map((agent) => agent.close()));
  }

  /** Closes all clients. */
  async closeAgents() {
    await Promise.allSettled(this.#agents.map((agent) => agent.close()));
  }

  /** Stops what is left, the gateway's surroundings last. */
  async stop() {
    await Promise.all([this.servers.stopRemote(), this.servers.stopModern()]);
    await Promise.all([this.provider.child.end(), this.stranger.child.end()]);
  }
}

import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Browser } from './browser.mjs';

const suite = createRequire(resolve(import.meta.dirname, '../target/suite/package.json'));
const { Client, StreamableHTTPClientTransport } = await import(
  pathToFileURL(suite.resolve('@modelcontextprotocol/client')).href
);

/** A user is asked no more often than this; then the user has enough. */
const CONSENTS_MAX = 5;

/** An agent that can show its user a page, and that user. */
export class Agent {
  #client;
  #tool;

  /** Statuses of the last pages of the ways on which the user was sent. */
  pages = [];

  /**
   * @param {URL} url of the gateway
   * @param {string} alias whose tool it calls
   * @param {boolean} modern whether it speaks 2026-07-28
   */
  static async connect(url, alias, token, modern) {
    const agent = new Agent();
    agent.#tool = `${alias}__test-tool`;
    agent.#client = new Client(
      { name: 'conformance-driver', version: '1.0.0' },
      {
        capabilities: { elicitation: { url: {} } },
        versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' },
      },
    );
    agent.#client.setRequestHandler('elicitation/create', ({ params }) => agent.#consent(params.url));
    const headers = { Authorization: `Bearer ${token}` };
    await agent.#client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
    return agent;
  }

  /** Whether its tool is listed. */
  async lists() {
    const { tools } = await this.#client.listTools(undefined, { cacheMode: 'refresh' });
    return tools.some(({ name }) => name === this.#tool);
  }

  /** Calls its tool; older agents do so again after each consent, which an error asks for. Gives the text of the result. */
  async call() {
    for (;;) {
      try {
        const result = await this.#client.callTool({ name: this.#tool, arguments: {} });
        return { text: result.content[0].text, isError: result.isError === true };
      } catch (error) {
        const url = error.data?.elicitations?.[0]?.url;
        if (url === undefined || (await this.#consent(url)).action !== 'accept') {
          return { text: String(error), isError: true };
        }
      }
    }
  }

  async #consent(url) {
    if (this.pages.length === CONSENTS_MAX) {
      return { action: 'cancel' };
    }
    this.pages.push(await new Browser().open(url));
    return { action: this.pages.at(-1) === 200 ? 'accept' : 'cancel' };
  }

  close() {
    return this.#client.close();
  }
}

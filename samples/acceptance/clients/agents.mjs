import { randomBytes } from 'node:crypto';
import * as client from '@modelcontextprotocol/client';
import { StdioClientTransport as ClientStdio } from '@modelcontextprotocol/client/stdio';
import { PrivateKeyJwtProvider as SdkKeyProvider } from '@modelcontextprotocol/sdk/client/auth-extensions.js';
import { Client as SdkClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as SdkStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as SdkHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';

const INFO = { name: 'acceptance', version: '1.0.0' };

/** Key in a result's `_meta` under which the gateway says why it refused a call. */
const REFUSAL = 'dev.mcpgateway/refusal';
/** Key in a result's `_meta` under which a server of 2026-07-28 names itself. */
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/** What the older library calls the messages that this program listens to. */
const SDK_MESSAGES = {
  'elicitation/create': types.ElicitRequestSchema,
  'sampling/createMessage': types.CreateMessageRequestSchema,
  'roots/list': types.ListRootsRequestSchema,
  'notifications/message': types.LoggingMessageNotificationSchema,
  'notifications/resources/updated': types.ResourceUpdatedNotificationSchema,
  'notifications/tools/list_changed': types.ToolListChangedNotificationSchema,
};

/** The lists: the method of both libraries, and the member of its result. */
const LISTS = {
  tools: 'listTools',
  prompts: 'listPrompts',
  resources: 'listResources',
  resourceTemplates: 'listResourceTemplates',
};

/**
 * A client library in one of its modes: how it is made, which revision it must agree on with the gateway, and in which
 * mode (`older`) it can talk to the reference servers directly, which know no 2026-07-28.
 */
export const SDK = {
  name: 'sdk 1.32.2',
  get older() {
    return SDK;
  },
  revision: '2025-11-25',
  make: (capabilities) => new SdkClient(INFO, { capabilities }),
  http: (url, options) => new SdkHttp(url, options),
  stdio: (command) => new SdkStdio(command),
  keyProvider: (options) => new SdkKeyProvider(options),
  answers: (agent, method, handler) => agent.setRequestHandler(SDK_MESSAGES[method], handler),
  hears: (agent, method, handler) => agent.setNotificationHandler(SDK_MESSAGES[method], handler),
  list: async (agent, member) => {
    const all = [];
    let cursor;
    do {
      const page = await agent[LISTS[member]]({ cursor });
      all.push(...page[member]);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return all;
  },
  call: (agent, params, options) => agent.callTool(params, undefined, options),
};

const v2 = (name, revision, mode) => ({
  name: `client 2.4.0 ${name}`,
  get older() {
    return LEGACY;
  },
  revision,
  make: (capabilities) => new client.Client(INFO, { capabilities, versionNegotiation: { mode } }),
  http: (url, options) => new client.StreamableHTTPClientTransport(url, options),
  stdio: (command) => new ClientStdio(command),
  keyProvider: (options) => new client.PrivateKeyJwtProvider(options),
  answers: (agent, method, handler) => agent.setRequestHandler(method, handler),
  hears: (agent, method, handler) => agent.setNotificationHandler(method, handler),
  list: async (agent, member) => (await agent[LISTS[member]](undefined, { cacheMode: 'refresh' }))[member],
  call: (agent, params, options) => agent.callTool(params, options),
});

export const PINNED = v2('pinned', '2026-07-28', { pin: '2026-07-28' });
export const AUTO = v2('auto', '2026-07-28', 'auto');
export const LEGACY = v2('legacy', '2025-11-25', 'legacy');

/** One connected client. */
export class Agent {
  #flavour;
  #client;
  #journal;

  /** The transport, for what only it can do. */
  transport;
  /** JSON-RPC ids of the tool calls that were sent. */
  callIds = [];

  /**
   * @param {object} flavour one of the constants above
   * @param {object} [options]
   * @param {object[]} [options.journal] takes an entry for each answered call
   * @param {object} [options.capabilities] what it declares
   */
  constructor(flavour, { journal, capabilities = {} } = {}) {
    this.#flavour = flavour;
    this.#client = flavour.make(capabilities);
    this.#journal = journal;
  }

  get isModern() {
    return this.#flavour.revision === '2026-07-28';
  }

  /** Lets `handler` answer requests of the server with this method; before `connect`. */
  answers(method, handler) {
    this.#flavour.answers(this.#client, method, handler);
  }

  /** Passes notifications with this method on to `handler`. */
  hears(method, handler) {
    this.#flavour.hears(this.#client, method, handler);
  }

  /** Connects through `transport`, which must belong to the same library. */
  async connect(transport) {
    const send = transport.send.bind(transport);
    transport.send = (message, options) => {
      if (message.method === 'tools/call') {
        this.callIds.push(message.id);
      }
      return send(message, options);
    };
    this.transport = transport;
    await this.#client.connect(transport);
    return this;
  }

  get revision() {
    // the older library tells it to the transport only
    return this.#client.getNegotiatedProtocolVersion?.() ?? this.transport.protocolVersion;
  }

  /** All entries of a list (`tools`, `prompts`, `resources`, `resourceTemplates`), asked for anew. */
  list(member = 'tools') {
    return this.#flavour.list(this.#client, member);
  }

  prompt(name, args = {}) {
    return this.#client.getPrompt({ name, arguments: args });
  }

  read(uri) {
    return this.#client.readResource({ uri });
  }

  complete(ref, argument) {
    return this.#client.complete({ ref, argument });
  }

  setLevel(level) {
    return this.#client.setLoggingLevel(level);
  }

  /** Wants to hear of changes of the tool list and of these resources, in the way of its revision. Returns what ends it. */
  async follow(uris) {
    if (this.isModern) {
      const subscription = await this.#client.listen({ toolsListChanged: true, resourceSubscriptions: uris });
      return { honoured: subscription.honoredFilter, end: () => subscription.close() };
    }
    for (const uri of uris) {
      await this.#client.subscribeResource({ uri });
    }
    return {
      honoured: { toolsListChanged: true, resourceSubscriptions: uris },
      end: () => Promise.all(uris.map((uri) => this.#client.unsubscribeResource({ uri }))),
    };
  }

  /**
   * Calls a tool under a trace id of its own, and notes in the journal what was answered: the tool, the trace and the
   * gateway's reason if it refused. An answer that is an error is thrown, after it was noted.
   */
  async call(name, args = {}, { meta, ...options } = {}) {
    const trace = randomBytes(16).toString('hex');
    const params = { name, arguments: args, ...(meta === undefined ? {} : { _meta: meta }) };
    if (this.#journal !== undefined) {
      params._meta = { ...meta, traceparent: `00-${trace}-${randomBytes(8).toString('hex')}-01` };
    }
    try {
      const result = await this.#flavour.call(this.#client, params, options);
      this.#journal?.push({ trace, name, refused: result._meta?.[REFUSAL]?.code });
      return result;
    } catch (error) {
      this.#journal?.push({ trace, name, refused: error });
      throw error;
    }
  }

  close() {
    return this.#client.close();
  }
}

/** A result without what only 2026-07-28 adds to it, so that it can be compared with that of an older server. */
export function comparable(result) {
  const { resultType, ttlMs, cacheScope, _meta, ...rest } = result;
  const { [SERVER_INFO]: _, ...meta } = _meta ?? {};
  return Object.keys(meta).length === 0 ? rest : { ...rest, _meta: meta };
}

/** The texts of a result. */
export function text(result) {
  return result.content.map((each) => each.text ?? '').join('\n');
}

// A server of 2026-07-28 that knows no other revision: node modern-server.mjs
//
// Made with npm @modelcontextprotocol/server, over HTTP on a free loopback port. Its tools change what it offers, log, wait
// to be cancelled, and ask the client each of the three questions. Prints "READY url".

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { localhostHostValidation, localhostOriginValidation, toNodeHandler } from '@modelcontextprotocol/node';
import {
  McpServer,
  ResourceTemplate,
  acceptedContent,
  completable,
  createMcpHandler,
  createRequestStateCodec,
  fromJsonSchema,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

/** How long `wait` waits to be cancelled, in milliseconds, and how often it looks. */
const WAIT_MILLIS_MAX = 20_000;
const LOOK_MILLIS = 20;

const WATCHED = 'note://watched';
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const CITIES = ['Berlin', 'Bern', 'Bonn', 'Oslo'];

const state = { version: 1, hasExtra: false, waited: 0, cancelled: [] };
const seal = createRequestStateCodec({ key: 'a key that only this process needs to know' });
const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });

function offer() {
  const server = new McpServer(
    { name: 'modern-only', version: '1.0.0' },
    {
      capabilities: {
        logging: {},
        tools: { listChanged: true },
        prompts: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
      },
      instructions: 'For acceptance cases.',
      requestState: { verify: seal.verify },
    },
  );

  server.registerTool(
    'add',
    {
      description: 'Adds two numbers.',
      inputSchema: fromJsonSchema({
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
      }),
      outputSchema: fromJsonSchema({ type: 'object', properties: { sum: { type: 'number' } }, required: ['sum'] }),
    },
    ({ a, b }) => ({ ...text(a + b), structuredContent: { sum: a + b } }),
  );
  server.registerTool('log', { description: 'Logs one line of each level.' }, async (ctx) => {
    for (const level of LEVELS) {
      await ctx.mcpReq.log(level, `a line of level ${level}`, 'modern-only');
    }
    return text('logged');
  });
  server.registerTool('wait', { description: 'Waits to be cancelled.' }, async (ctx) => {
    const { signal } = ctx.mcpReq;
    signal.addEventListener('abort', () => state.cancelled.push(Date.now()));
    state.waited++;
    for (let waited = 0; waited < WAIT_MILLIS_MAX && !signal.aborted; waited += LOOK_MILLIS) {
      await pause(LOOK_MILLIS);
    }
    return text('nobody cancelled');
  });
  server.registerTool('cancelled', { description: 'How many calls of wait there were, and when some were cancelled.' }, () =>
    text(JSON.stringify({ waited: state.waited, cancelled: state.cancelled })),
  );
  server.registerTool('touch', { description: 'Changes the watched note.' }, () => {
    state.version++;
    handler.notify.resourceUpdated(WATCHED);
    return text(state.version);
  });
  server.registerTool('toggle', { description: 'Adds or removes a tool.' }, () => {
    state.hasExtra = !state.hasExtra;
    handler.notify.toolsChanged();
    return text(state.hasExtra);
  });
  if (state.hasExtra) {
    server.registerTool('extra', { description: 'Comes and goes.' }, () => text('here'));
  }
  questions(server);

  server.registerPrompt(
    'weather',
    {
      description: 'Asks for the weather of a city.',
      argsSchema: z.object({ city: completable(z.string(), (typed) => CITIES.filter((city) => city.startsWith(typed))) }),
    },
    ({ city }) => ({ messages: [{ role: 'user', content: { type: 'text', text: `How is the weather in ${city}?` } }] }),
  );
  server.registerResource('watched', WATCHED, { mimeType: 'text/plain' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'text/plain', text: `version ${state.version}` }],
  }));
  server.registerResource('pixels', 'note://pixels', { mimeType: 'application/octet-stream' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'application/octet-stream', blob: Buffer.from([0, 255, 1]).toString('base64') }],
  }));
  server.registerResource(
    'numbered',
    new ResourceTemplate('note://numbered/{id}', { list: undefined, complete: { id: () => ['1', '2', '3'] } }),
    { mimeType: 'text/plain' },
    (uri, { id }) => ({ contents: [{ uri: uri.href, mimeType: 'text/plain', text: `note ${id}` }] }),
  );
  return server;
}

/** One tool for each kind of question, and one that asks twice and keeps what it knows in a sealed state. */
function questions(server) {
  const form = (message, field) =>
    inputRequired.elicit({
      message,
      requestedSchema: { type: 'object', properties: { [field]: { type: 'string' } }, required: [field] },
    });

  server.registerTool('ask-user', { description: 'Asks the user for a name.' }, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'name');
    if (answer.kind === 'missing') {
      return inputRequired({ inputRequests: { name: form('What is your name?', 'name') } });
    }
    const content = acceptedContent(ctx.mcpReq.inputResponses, 'name');
    return text(content === undefined ? 'the user would not say' : `hello, ${content.name}`);
  });
  server.registerTool('ask-model', { description: "Asks the client's model." }, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'poem');
    if (answer.kind === 'missing') {
      const messages = [{ role: 'user', content: { type: 'text', text: 'Write a poem' } }];
      return inputRequired({ inputRequests: { poem: inputRequired.createMessage({ messages, maxTokens: 50 }) } });
    }
    return text(`the model said: ${ctx.mcpReq.inputResponses.poem.content.text}`);
  });
  server.registerTool('ask-roots', { description: "Asks for the client's folders." }, (ctx) => {
    const answer = inputResponse(ctx.mcpReq.inputResponses, 'roots');
    if (answer.kind === 'missing') {
      return inputRequired({ inputRequests: { roots: inputRequired.listRoots() } });
    }
    return text(ctx.mcpReq.inputResponses.roots.roots.map(({ uri }) => uri).join());
  });
  server.registerTool('ask-twice', { description: 'Asks two questions in turn.' }, async (ctx) => {
    const known = ctx.mcpReq.requestState() ?? {};
    const given = { ...known };
    for (const key of ['first', 'second']) {
      given[key] = acceptedContent(ctx.mcpReq.inputResponses, key)?.[key] ?? given[key];
      if (given[key] === undefined) {
        return inputRequired({
          inputRequests: { [key]: form(`What is the ${key}?`, key) },
          requestState: await seal.mint(given),
        });
      }
    }
    return text(`${given.first} and ${given.second}`);
  });
}

const handler = createMcpHandler(offer, { legacy: 'reject', onerror: (error) => console.error(error.message) });
const serve = toNodeHandler(handler);
const isLocal = [localhostHostValidation(), localhostOriginValidation()];
const http = createServer((request, response) => {
  if (isLocal.every((check) => check(request, response))) {
    serve(request, response);
  }
}).listen(0, '127.0.0.1');
await once(http, 'listening');
console.log(`READY http://127.0.0.1:${http.address().port}/mcp`);

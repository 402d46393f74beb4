import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUTO, LEGACY, PINNED, SDK, text } from './agents.mjs';
import { assertSame } from './same.mjs';
import { UNICODE } from './servers.mjs';

/** Calls whose results must arrive unchanged: what is special about each, server, tool, arguments. */
function calls(servers) {
  const path = (name) => join(servers.shared, name);
  const everything = [
    ['text', 'echo', { message: 'hello' }],
    ['Unicode', 'echo', { message: UNICODE }],
    ['numbers', 'get-sum', { a: 0.1, b: 0.2 }],
    ['structured content', 'get-structured-content', { location: 'Chicago' }],
    ['an image', 'get-tiny-image', {}],
    ['annotations', 'get-annotated-message', { messageType: 'error', includeImage: true }],
    ['an embedded text', 'get-resource-reference', { resourceType: 'Text', resourceId: 3 }],
    ['an embedded blob', 'get-resource-reference', { resourceType: 'Blob', resourceId: 2 }],
    ['resource links', 'get-resource-links', { count: 4 }],
  ];
  return [
    ...everything.map(([what, tool, args]) => [what, 'remote', tool, args]),
    ...everything.map(([what, tool, args]) => [what, 'local', tool, args]),
    [
      'a gzip file',
      'local',
      'gzip-file-as-resource',
      { name: 'a.gz', data: 'data:text/plain,abc', outputType: 'resource' },
    ],
    ['a long text', 'files', 'read_text_file', { path: path('long.txt') }],
    ['a Unicode file', 'files', 'read_text_file', { path: path('unicode.txt') }],
    ['an image file', 'files', 'read_media_file', { path: path('pixel.png') }],
    ["the tool's own error", 'files', 'read_text_file', { path: path('absent.txt') }],
    ['a directory', 'files', 'list_directory', { path: servers.shared }],
    ['a graph', 'memory', 'read_graph', {}],
    ['a search', 'memory', 'search_nodes', { query: 'Charles' }],
  ];
}

/** What comes through the gateway is what the server said. */
export default async function results(cases, world) {
  const { alice } = world.users;
  const all = calls(world.servers);
  const firstOfEach = all.filter(([, alias], i) => all.findIndex((each) => each[1] === alias) === i);

  for (const [flavour, chosen] of [
    [SDK, all],
    [PINNED, all],
    [AUTO, firstOfEach],
    [LEGACY, firstOfEach],
  ]) {
    const through = await world.agent(flavour, alice);
    await through.list(); // from now on the client checks structured content against the tools' output schemas
    const direct = {};
    for (const alias of ['remote', 'local', 'files', 'memory']) {
      direct[alias] = await world.directAgent(flavour.older, alias);
    }
    for (const [what, alias, tool, args] of chosen) {
      await cases.run(`${flavour.name}: ${alias} ${tool}, ${what}: as without the gateway`, async () => {
        await assertSame(
          () => direct[alias].call(tool, args),
          () => through.call(`${alias}__${tool}`, args),
        );
      });
    }
  }

  for (const flavour of [SDK, PINNED]) {
    await cases.run(`${flavour.name}: what is written through the gateway is there`, async () => {
      const path = join(world.servers.shared, `written by ${flavour.name}.txt`);
      await (await world.agent(flavour, alice, 'files:write')).call('files__write_file', { path, content: UNICODE });
      assert.equal(readFileSync(path, 'utf8'), UNICODE);
    });
    await cases.run(
      `${flavour.name}: a server on standard input gets no variable of the gateway's environment`,
      async () => {
        const result = await (await world.agent(flavour, alice)).call('local__get-env');
        assert.ok('PATH' in JSON.parse(text(result)));
        assert.ok(!text(result).includes('CANARY'));
      },
    );
  }
}

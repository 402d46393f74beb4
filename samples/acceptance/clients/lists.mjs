import assert from 'node:assert/strict';
import { AUTO, LEGACY, PINNED, SDK } from './agents.mjs';

/** What policy.yaml allows to developers, in the order of the gateway's list: by alias, then by name. */
const DEVELOPERS = [
  'files__list_directory',
  'files__read_file',
  'files__read_media_file',
  'files__read_multiple_files',
  'files__read_text_file',
  'local__echo',
  'local__get-annotated-message',
  'local__get-env',
  'local__get-resource-links',
  'local__get-resource-reference',
  'local__get-structured-content',
  'local__get-sum',
  'local__get-tiny-image',
  'local__gzip-file-as-resource',
  'local__trigger-long-running-operation',
  'memory__open_nodes',
  'memory__read_graph',
  'memory__search_nodes',
  'remote__echo',
  'remote__get-annotated-message',
  'remote__get-resource-links',
  'remote__get-resource-reference',
  'remote__get-structured-content',
  'remote__get-sum',
  'remote__get-tiny-image',
  'remote__trigger-long-running-operation',
];

const READERS = ['files__read_text_file', 'local__echo', 'remote__echo'];

/** Each caller sees exactly what policy allows, and sees it as the server described it. */
export default async function lists(cases, world) {
  const { alice, bob } = world.users;
  for (const flavour of [SDK, PINNED, AUTO, LEGACY]) {
    await cases.run(`${flavour.name}: agrees with the gateway on ${flavour.revision}`, async () => {
      assert.equal((await world.agent(flavour, alice)).revision, flavour.revision);
    });
    await cases.run(`${flavour.name}: a developer's list is exactly what policy allows`, async () => {
      assert.deepEqual(await names(world, flavour, alice), DEVELOPERS);
    });
    await cases.run(`${flavour.name}: a token with fewer groups sees fewer tools`, async () => {
      assert.deepEqual(await names(world, flavour, bob), READERS);
    });
    await cases.run(`${flavour.name}: a scope in the token adds the tool that needs it`, async () => {
      const seen = await names(world, flavour, alice, 'files:write');
      assert.deepEqual(seen, [...DEVELOPERS, 'files__write_file'].sort());
    });
  }
  for (const flavour of [SDK, PINNED]) {
    for (const alias of ['remote', 'local', 'files', 'memory']) {
      await cases.run(`${flavour.name}: ${alias}'s tools are described as without the gateway`, async () => {
        const direct = await (await world.directAgent(flavour.older, alias)).list();
        const listed = (await (await world.agent(flavour, alice)).list())
          .filter((tool) => tool.name.startsWith(`${alias}__`))
          .map((tool) => ({ ...tool, name: tool.name.slice(`${alias}__`.length) }));
        const known = new Map(direct.map((tool) => [tool.name, inRevision(flavour, tool)]));
        assert.deepEqual(
          listed,
          listed.map((tool) => known.get(tool.name)),
        );
        assert.notEqual(listed.length, 0);
      });
    }
  }
}

/** 2026-07-28 has no `execution` any more, and its client drops it. */
function inRevision(flavour, { execution, ...tool }) {
  return flavour.revision === '2026-07-28' || execution === undefined ? tool : { ...tool, execution };
}

async function names(world, flavour, user, scope) {
  return (await (await world.agent(flavour, user, scope)).list()).map((tool) => tool.name);
}

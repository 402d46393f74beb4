import assert from 'node:assert/strict';
import { AUTO, LEGACY, PINNED, SDK, text } from '../agents.mjs';
import { assertSame } from '../same.mjs';
import { UNICODE } from '../servers.mjs';

const prompt = (name) => ({ type: 'ref/prompt', name });
const resource = (uri) => ({ type: 'ref/resource', uri });

/** What each server is asked for: what must be there, so that two empty answers do not count as equal. */
const EVERYTHING = {
  lists: ['prompts', 'resources', 'resourceTemplates'],
  prompts: [
    ['simple-prompt', {}],
    ['args-prompt', { city: UNICODE, state: 'TX' }],
    ['completable-prompt', { department: 'Sales', name: 'David' }],
    ['resource-prompt', { resourceType: 'Text', resourceId: '3' }],
  ],
  resources: [
    'demo://resource/static/document/architecture.md',
    'demo://resource/dynamic/text/3',
    'demo://resource/dynamic/blob/4',
  ],
  completions: [
    [prompt('completable-prompt'), { name: 'department', value: 'S' }],
    [resource('demo://resource/dynamic/text/{resourceId}'), { name: 'resourceId', value: '12' }],
  ],
};
const OFFERS = {
  remote: EVERYTHING,
  local: EVERYTHING,
  modern: {
    lists: ['tools', 'prompts', 'resources', 'resourceTemplates'],
    prompts: [['weather', { city: UNICODE }]],
    resources: ['note://watched', 'note://pixels', 'note://numbered/7'],
    completions: [
      [prompt('weather'), { name: 'city', value: 'Be' }],
      [resource('note://numbered/{id}'), { name: 'id', value: '' }],
    ],
  },
  thinking: { lists: ['tools'], prompts: [], resources: [], completions: [] },
  files: { lists: ['tools'], prompts: [], resources: [], completions: [] },
  memory: { lists: ['tools'], prompts: [], resources: [], completions: [] },
};

/** What a server offers is what the gateway offers: every list, prompt, resource and completion, as without the gateway. */
export default async function offers(cases, world) {
  const { alice } = world.users;
  for (const flavour of [SDK, LEGACY, AUTO, PINNED]) {
    for (const [alias, offer] of Object.entries(OFFERS)) {
      const through = await world.featureAgent(flavour, alice, alias);
      const direct = await world.directAgent(alias === 'modern' ? PINNED : flavour.older, alias);
      const same = (what, ask) =>
        cases.run(`${flavour.name}: ${alias} ${what}: as without the gateway`, () =>
          assertSame(
            () => ask(direct),
            () => ask(through),
          ),
        );

      for (const member of offer.lists) {
        await cases.run(`${flavour.name}: ${alias} ${member}: as without the gateway`, async () => {
          const listed = await through.list(member);
          assert.notEqual(listed.length, 0);
          assert.deepEqual(sorted(listed), sorted((await direct.list(member)).map((each) => inRevision(flavour, each))));
        });
      }
      for (const [name, args] of offer.prompts) {
        await same(`prompt ${name}`, (agent) => agent.prompt(name, args));
      }
      for (const uri of offer.resources) {
        await same(`resource ${uri}`, (agent) => agent.read(uri));
      }
      for (const [ref, argument] of offer.completions) {
        await same(`completion for ${ref.name ?? ref.uri}`, (agent) => agent.complete(ref, argument));
      }
    }
    await cases.run(`${flavour.name}: a thought is thought as without the gateway`, async () => {
      const thought = { thought: 'first', nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
      const [through, direct] = await Promise.all([
        world.featureAgent(flavour, alice, 'thinking').then((agent) => agent.call('sequentialthinking', thought)),
        world.directAgent(flavour.older, 'thinking').then((agent) => agent.call('sequentialthinking', thought)),
      ]);
      assert.deepEqual(JSON.parse(text(through)), through.structuredContent);
      assert.deepEqual(withoutHistory(through), withoutHistory(direct));
    });
  }
}

/** The gateway's process has heard the thoughts of others, too, and counts them. */
function withoutHistory({ structuredContent: { thoughtHistoryLength, ...rest } }) {
  return rest;
}

/** The gateway orders by name; what agents do with the order of a list is not the server's business. */
function sorted(list) {
  return list.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key({ uri, uriTemplate, name }) {
  return uri ?? uriTemplate ?? name;
}

/** 2026-07-28 has no `execution` any more, and its client drops it. */
function inRevision(flavour, { execution, ...entry }) {
  return flavour.revision === '2026-07-28' || execution === undefined ? entry : { ...entry, execution };
}

import assert from 'node:assert/strict';
import { LEGACY, PINNED, SDK } from '../agents.mjs';
import { post } from '../raw.mjs';

/** Prompts, resources and completions obey the same policy as tools, and what is hidden cannot be told from nothing. */
export default async function access(cases, world) {
  const { bob } = world.users;
  for (const flavour of [SDK, LEGACY, PINNED]) {
    const reader = (alias) => world.featureAgent(flavour, bob, alias);
    const names = async (agent, member) => (await agent.list(member)).map(({ uri, uriTemplate, name }) => uri ?? uriTemplate ?? name);

    await cases.run(`${flavour.name}: a reader's lists hold what policy allows`, async () => {
      const [remote, modern] = [await reader('remote'), await reader('modern')];
      assert.deepEqual(await names(remote, 'prompts'), ['simple-prompt']);
      assert.deepEqual(await names(remote, 'resources'), []);
      assert.deepEqual(await names(remote, 'resourceTemplates'), []);
      assert.deepEqual(await names(modern, 'prompts'), ['weather']);
      assert.deepEqual(await names(modern, 'resources'), []);
      assert.deepEqual(await names(modern, 'resourceTemplates'), ['note://numbered/{id}']);
      assert.deepEqual((await names(modern, 'tools')).sort(), ['add', 'ask-model', 'touch']);
    });
    await cases.run(`${flavour.name}: a reader gets the prompt and the resource that policy allows`, async () => {
      const modern = await reader('modern');
      assert.equal((await modern.prompt('weather', { city: 'Oslo' })).messages.length, 1);
      assert.equal((await modern.read('note://numbered/12')).contents[0].text, 'note 12');
    });
    for (const [what, use] of [
      ['prompt', (agent, isThere) => agent.prompt(isThere ? 'args-prompt' : 'args-prompx', { city: 'Oslo' })],
      ['resource', (agent, isThere) => agent.read(`demo://resource/${isThere ? 'dynamic' : 'dynamix'}/text/3`)],
      [
        'completion',
        (agent, isThere) =>
          agent.complete(
            { type: 'ref/prompt', name: isThere ? 'completable-prompt' : 'completable-prompx' },
            { name: 'department', value: '' },
          ),
      ],
    ]) {
      await cases.run(`${flavour.name}: a hidden ${what} is answered as an unknown one`, async () => {
        const remote = await reader('remote');
        const [hidden, unknown] = await Promise.all([true, false].map((isThere) => refusal(use(remote, isThere))));
        assert.deepEqual(hidden, unknown);
      });
    }
    await cases.run(`${flavour.name}: a path out of the allowed folder is refused`, async () => {
      const modern = await reader('modern');
      await assert.rejects(modern.read('note://numbered/../watched'));
      await assert.rejects(modern.read('note://numbered/%2e%2e/watched'));
    });
    await cases.run(`${flavour.name}: a token of one view is no token of another`, async () => {
      const token = await world.token(bob, '', world.view('modern'));
      assert.equal((await post(world.view('modern'), token, 'tools/list')).status, 200);
      assert.equal((await post(world.view('remote'), token, 'tools/list')).status, 401);
    });
  }
}

/** What a refused request was answered with, apart from the name that was asked for. */
async function refusal(answer) {
  const error = await answer.then(
    () => assert.fail('it was answered'),
    (refused) => refused,
  );
  return { code: error.code, message: error.message.replaceAll(/dynami[cx]|prompt\b|prompx|"id":\d+/g, '…') };
}

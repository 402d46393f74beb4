import assert from 'node:assert/strict';
import { AUTO, LEGACY, PINNED, SDK, comparable, text } from '../agents.mjs';

const CAPABILITIES = { elicitation: { form: {} }, sampling: {}, roots: {} };
const ROOTS = [{ uri: 'file:///home/ada', name: 'home' }];

/** What a client answers; `asked` collects what it was asked. */
function answering(asked, action = 'accept') {
  return (agent) => {
    agent.answers('elicitation/create', ({ params }) => {
      asked.push(params);
      const fields = Object.keys(params.requestedSchema.properties);
      return action === 'accept' ? { action, content: { [fields[0]]: `my ${fields[0]}` } } : { action };
    });
    agent.answers('sampling/createMessage', ({ params }) => {
      asked.push(params);
      return { role: 'assistant', model: 'none', content: { type: 'text', text: 'roses are red' } };
    });
    agent.answers('roots/list', () => {
      asked.push({});
      return { roots: ROOTS };
    });
  };
}

/** A server's questions reach the user, or the model, of the one who called, whatever the eras of client and server. */
export default async function questions(cases, world) {
  const { alice, bob } = world.users;
  for (const flavour of [SDK, LEGACY, AUTO, PINNED]) {
    const agent = (user, alias, asked, action) =>
      world.featureAgent(flavour, user, alias, { capabilities: CAPABILITIES, prepare: answering(asked, action) });

    for (const alias of ['remote', 'local']) {
      for (const [kind, tool, args] of [
        ['elicitation', 'trigger-elicitation-request', {}],
        ['sampling', 'trigger-sampling-request', { prompt: 'a poem' }],
      ]) {
        await cases.run(`${flavour.name}: ${alias} asks by ${kind}, and goes on as without the gateway`, async () => {
          const asked = { through: [], direct: [] };
          const through = await agent(alice, alias, asked.through);
          const direct = await world.directAgent(flavour.older, alias, {
            capabilities: { elicitation: {}, sampling: {} },
            prepare: (direct) => {
              const { answers } = direct;
              // without roots, which it was not declared to have
              direct.answers = (method, handler) => method === 'roots/list' || answers.call(direct, method, handler);
              answering(asked.direct)(direct);
            },
          });
          assert.deepEqual(comparable(await through.call(tool, args)), comparable(await direct.call(tool, args)));
          assert.equal(asked.through.length, 1);
          const { message, mode, ...rest } = asked.through[0];
          const { message: said, mode: _, ...expected } = asked.direct[0];
          assert.deepEqual(rest, expected);
          // the user must see which server asks
          assert.ok(kind === 'sampling' || (message.includes(said) && message.includes(alias)), message);
        });
      }
    }

    for (const [tool, expected, count] of [
      ['ask-user', 'hello, my name', 1],
      ['ask-model', 'the model said: roses are red', 1],
      ['ask-roots', ROOTS[0].uri, 1],
      ['ask-twice', 'my first and my second', 2],
    ]) {
      await cases.run(`${flavour.name}: modern's ${tool} is answered`, async () => {
        const asked = [];
        const result = await (await agent(alice, 'modern', asked)).call(tool);
        assert.equal(text(result), expected);
        assert.equal(asked.length, count);
      });
    }
    await cases.run(`${flavour.name}: modern hears that the user declines`, async () => {
      const result = await (await agent(alice, 'modern', [], 'decline')).call('ask-user');
      assert.equal(text(result), 'the user would not say');
    });
    await cases.run(`${flavour.name}: a client that declares nothing is asked nothing`, async () => {
      const silent = await world.featureAgent(flavour, alice, 'modern');
      const answer = await silent.call('ask-user').catch((error) => ({ error }));
      assert.ok(answer.error !== undefined || answer.isError, JSON.stringify(answer));
    });
    await cases.run(`${flavour.name}: no server samples for a caller whose policy does not say so`, async () => {
      const asked = [];
      const answer = await (await agent(bob, 'modern', asked)).call('ask-model').catch((error) => ({ error }));
      assert.ok(answer.error !== undefined || answer.isError, JSON.stringify(answer));
      assert.deepEqual(asked, []);
    });
  }
}

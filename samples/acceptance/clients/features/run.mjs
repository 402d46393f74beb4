import assert from 'node:assert/strict';
import access from './access.mjs';
import changes from './changes.mjs';
import inspector from './inspector.mjs';
import javaSdk from './javasdk.mjs';
import offers from './offers.mjs';
import questions from './questions.mjs';

/** Everything of MCP beside tools, on a second gateway: prompts, resources, completions, questions, changes. */
export default async function features(cases, world) {
  if (!(await cases.group('start of the second gateway', () => world.startFeatures()))) {
    return;
  }
  for (const group of [offers, access, questions, changes, inspector, javaSdk]) {
    await cases.group(group.name, () => group(cases, world));
  }
  await cases.run('the second gateway stops, and its log verifies to its last record', async () => {
    await world.closeFeatureAgents();
    assert.equal(await world.features.stop(), 0);
    const { code, text } = await world.features.verify();
    assert.equal(code, 0, text);
    const [, records, proven] = /records (\d+), proven (\d+)/.exec(text);
    assert.equal(proven, records, text);
  });
}

// Coding agents whose users set them up for the gateway: with their own programs, a virtual key for each, nothing else.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from '../kit/children.mjs';
import { within } from '../kit/waiting.mjs';
import { claude } from './coding/claude.mjs';
import { codex } from './coding/codex.mjs';
import { opencode } from './coding/opencode.mjs';

const AGENTS = [claude, codex, opencode];

/** How long one of them may take, in seconds: they start slowly, and repeat what fails. */
const SECONDS_MAX = 50;

export async function coding(cases, world) {
  for (const agent of AGENTS) {
    const key = await world.newKey(agent.name, userOf(agent));
    let runs = 0;
    const ask = (model, prompt) => asked(world, agent, { key, model, prompt }, `${agent.name}-${++runs}`);
    for (const model of agent.models) {
      await cases.run(`${agent.name} at ${model}: a prompt is answered`, async () => {
        const { code, out, all } = await ask(model, 'hello');
        assert.equal(code, 0, all);
        assert.match(out, /Hello, this is a longer answer in several pieces\./, all);
      });
    }
    await cases.run(`${agent.name}: a model that its user may not call is said not to be there`, async () => {
      const { code, all } = await ask('hidden', 'hello');
      assert.notEqual(code, 0, all);
      assert.match(all, agent.notThere);
      assert.ok(!all.includes(key));
    });
  }
}

const userOf = (agent) => `${agent.name}-user`;

/** How many cases there are. */
export const CODING_CASES = AGENTS.reduce((all, { models }) => all + models.length + 1, 0);

/** Runs one with a home and a folder of its own. */
async function asked(world, agent, what, name) {
  const home = join(world.folder, 'coding', name);
  const work = join(home, 'work');
  mkdirSync(work, { recursive: true });
  const { program, args, env } = agent.command({ ...what, origin: world.origin, home });
  const child = new Child(program, args, { log: join(home, 'printed'), env: { ...env, HOME: home }, cwd: work, group: true });
  try {
    const code = await within(SECONDS_MAX, `the end of ${name}`, child.ended);
    const [out, err] = ['out', 'err'].map((each) => readFileSync(join(home, `printed.${each}`), 'utf8'));
    return { code, out, all: `${code}: ${out}\n${err}` };
  } finally {
    child.killNow();
  }
}

// Coding agents whose users set them up for the gateway: their makers' programs, a virtual key for each, nothing else.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../kit/children.mjs';
import { within } from '../kit/waiting.mjs';
import { claude } from './coding/claude.mjs';
import { codex } from './coding/codex.mjs';
import { opencode } from './coding/opencode.mjs';

/** All of them; each is also the client that its key is for. */
export const AGENTS = [claude, codex, opencode];

/** How long one run may take, in seconds: they start slowly, and repeat what fails. */
const SECONDS_MAX = 50;

/** What stands in a file that only the agent's own tool can read. */
const SECRET_WORD = 'PINEAPPLE';

/** In a folder outside of this repository: they tell the model what they find of its history, which is no part of these cases. */
export async function coding(cases, world) {
  const folder = mkdtempSync(join(tmpdir(), 'coding-agents-'));
  try {
    await tried(cases, world, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

async function tried(cases, world, folder) {
  answers(world.provider);
  for (const agent of AGENTS) {
    const key = await world.newKey(userOf(agent), agent.name);
    const asks = (model, prompt, name) => asked(agent, { origin: world.origin, key, model, prompt }, join(folder, name));
    const [native] = agent.models;
    await cases.run(`${agent.name} at ${native}: a prompt is answered`, async () => {
      const { code, out, all } = await asks(native, 'hello', `${agent.name}-prompt`);
      assert.equal(code, 0, all);
      assert.match(out, /Hello, this is a longer answer in several pieces\./, all);
    });
    for (const model of agent.models) {
      await cases.run(`${agent.name} at ${model}: it uses a tool of its own, and the model gets what that said`, async () => {
        const { code, out, all } = await asks(model, 'Read the note FILE please', `${agent.name}-tool-${model}`);
        assert.equal(code, 0, all);
        assert.match(out, new RegExp(`It says: ${SECRET_WORD}\\.`), all);
      });
    }
    await cases.run(`${agent.name}: of a model that its user may not call it is told that it is not there`, async () => {
      const { arrivals } = world.door;
      const { code, all } = await asks('hidden', 'hello', `${agent.name}-hidden`);
      assert.notEqual(code, 0, all);
      assert.match(all, agent.notThere);
      assert.ok(!all.includes(key));
      assert.equal(world.door.arrivals, arrivals);
    });
  }
  await cases.run('claude: the betas that the members of its requests need reach the provider', async () => {
    const seen = world.door.betas;
    assert.ok(seen.has('context-management-2025-06-27'), [...seen].join());
  });
}

/** How many cases there are. */
export const CODING_CASES = AGENTS.reduce((all, { models }) => all + models.length + 2, 1);

export const userOf = (agent) => `user-of-${agent.name}`;

/** The model asks for the note with the agent's own tool; a title for the conversation it gives without. */
function answers(mock) {
  const says = (asked) => new RegExp(SECRET_WORD).exec(JSON.stringify(asked.messages.filter(({ role }) => role === 'tool')))?.[0];
  mock.on({ userMessage: /the note/, hasToolResult: true }, (asked) => ({ content: `It says: ${says(asked)}.` }));
  mock.on({ userMessage: /the note/ }, (asked) => {
    const names = (asked.tools ?? []).map((each) => each.function?.name);
    const agent = AGENTS.find(({ tool }) => names.includes(tool.name));
    const [file] = /\/\S+\/note\.txt/.exec(JSON.stringify(asked.messages)) ?? [];
    return agent ? { toolCalls: [{ name: agent.tool.name, arguments: JSON.stringify(agent.tool.input(file)) }] } : { content: 'A note' };
  });
}

/** Runs one to its end, with a home and a folder of its own. */
async function asked(agent, what, home) {
  const work = join(home, 'work');
  const note = join(work, 'note.txt');
  mkdirSync(work, { recursive: true });
  writeFileSync(note, `The word is ${SECRET_WORD}.\n`);
  const { args, env } = agent.command({ ...what, prompt: what.prompt.replace('FILE', note), home });
  const log = join(home, 'printed');
  const child = new Child(agent.program(), args, { log, env: { ...env, HOME: home }, cwd: work, group: true });
  try {
    const code = await within(SECONDS_MAX, `the end of ${agent.name}`, child.ended);
    const [out, err] = ['out', 'err'].map((each) => readFileSync(`${log}.${each}`, 'utf8'));
    return { code, out, all: `${code}: ${out}\n${err}` };
  } finally {
    child.killNow();
  }
}

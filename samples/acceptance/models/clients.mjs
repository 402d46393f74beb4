// The frameworks that agents are built with: over each protocol that they speak, at a provider that speaks it and at one
// that does not.

import assert from 'node:assert/strict';
import { agents } from './frameworks/agents.mjs';
import { langchain } from './frameworks/langchain.mjs';
import { vercel } from './frameworks/vercel.mjs';
import { CELLS, alias } from './targets.mjs';

/** Where each protocol is tried. */
const TRIED_AT = {
  chat: ['openai', 'anthropic', 'gemini'],
  responses: ['openai', 'anthropic', 'gemini'],
  messages: ['anthropic', 'openai', 'gemini'],
};

const CASES = {
  async whole(framework, at) {
    assert.equal(await framework.whole(at, 'hello'), 'Hello, this is a longer answer in several pieces.');
  },
  async streamed(framework, at) {
    assert.equal(await framework.streamed(at, 'hello'), 'Hello, this is a longer answer in several pieces.');
  },
  async 'a tool and what it said'(framework, at) {
    assert.equal(await framework.tools(at, 'weather'), 'Tools: sunny in Bern.');
  },
};

export async function clients(cases, world) {
  for (const framework of [vercel, agents, langchain].flatMap((made) => made(world.origin, world.key))) {
    const { name, protocol } = framework;
    for (const target of TRIED_AT[protocol].filter((each) => CELLS[protocol].includes(each))) {
      for (const [what, body] of Object.entries(CASES)) {
        await cases.run(`${name}, ${protocol} at ${target}: ${what}`, () => body(framework, alias(target)));
      }
    }
  }
}

/** How many cases there are: nine pairs of framework and protocol, each at three providers. */
export const CLIENT_CASES = 9 * 3 * Object.keys(CASES).length;

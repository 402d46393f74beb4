// The cases of clients.sh, group by group; each file explains its own.

import { Cases } from '../kit/cases.mjs';
import audit from './audit.mjs';
import features from './features/run.mjs';
import lists from './lists.mjs';
import outages from './outages.mjs';
import refusals from './refusals.mjs';
import results from './results.mjs';
import sessions from './sessions.mjs';
import tokens from './tokens.mjs';
import { World } from './world.mjs';

/** How many cases there are; fewer are a failure. */
const CASES_MIN = 439;

const cases = new Cases();
const world = new World();
if (await cases.group('start', () => world.start())) {
  for (const group of [lists, results, refusals, tokens, sessions, features, outages]) {
    await cases.group(group.name, () => group(cases, world));
  }
  await world.closeAgents();
  await cases.group(audit.name, () => audit(cases, world));
  await cases.group('stop', () => world.stop());
}
process.exit(cases.end(CASES_MIN));

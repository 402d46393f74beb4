// The cases of clients.sh, group by group; each file explains its own.

import { Cases } from '../kit/cases.mjs';
import audit from './audit.mjs';
import lists from './lists.mjs';
import outages from './outages.mjs';
import refusals from './refusals.mjs';
import results from './results.mjs';
import sessions from './sessions.mjs';
import tokens from './tokens.mjs';
import { World } from './world.mjs';

/** Fewer cases than this are a failure. */
const CASES_MIN = 100;

const cases = new Cases();
const world = await World.start();
for (const group of [lists, results, refusals, tokens, sessions, outages]) {
  await group(cases, world);
}
await world.closeAgents();
await audit(cases, world);
await world.stop();
process.exit(cases.end(CASES_MIN));

// The cases of models.sh: SDKs of agents, providers that are not ours, and the gateway between them.

import { Cases } from '../kit/cases.mjs';
import { AUDIT_CASES, audit } from './audit.mjs';
import { BASIC_CASES, basics } from './basics.mjs';
import { CLIENT_CASES, clients } from './clients.mjs';
import { CODING_CASES, coding } from './coding.mjs';
import { LEDGER_CASES, ledger } from './ledger.mjs';
import { CASES_PER_CELL, matrix } from './matrix.mjs';
import { World } from './world.mjs';

/** How many cells the matrix has; with fewer the run fails. */
const CELLS_MIN = 19;
const CASES_MIN = CELLS_MIN * CASES_PER_CELL + BASIC_CASES + CLIENT_CASES + CODING_CASES + LEDGER_CASES + AUDIT_CASES;

const cases = new Cases();
let world;
let cells = [];
const groups = {
  basics: () => basics(cases, world),
  matrix: async () => {
    cells = await matrix(cases, world);
  },
  clients: () => clients(cases, world),
  coding: () => coding(cases, world),
  ledger: () => ledger(cases, world, cells),
  audit: () => audit(cases, world, cells),
};

const started = await cases.group('start', async () => {
  world = await World.start();
});
if (started) {
  for (const [name, group] of Object.entries(groups)) {
    await cases.group(name, group);
  }
}
await world?.stop();
process.exit(cases.end(CASES_MIN));

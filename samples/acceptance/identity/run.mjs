// The cases of identity.sh, group by group; each file explains its own.

import { Cases } from '../kit/cases.mjs';
import changes from './changes.mjs';
import hostile from './hostile.mjs';
import login from './login.mjs';
import profiles from './profiles.mjs';
import { World } from './world.mjs';

/** How many cases there are; fewer are a failure. */
const CASES_MIN = 50;

const cases = new Cases();
const world = new World();
if (await cases.group('start', () => world.start())) {
  for (const group of (process.env.ONLY ? { profiles, hostile, login, changes }[process.env.ONLY] : 0) ? [{ profiles, hostile, login, changes }[process.env.ONLY]] : [profiles, hostile, login, changes]) {
    await cases.group(group.name, () => group(cases, world));
  }
  await cases.group('stop', () => world.stop());
}
process.exit(cases.end(CASES_MIN));

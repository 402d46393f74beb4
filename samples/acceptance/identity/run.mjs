// The cases of identity.sh, group by group; each file explains its own.

import { Cases } from '../kit/cases.mjs';
import bound from './bound.mjs';
import changes from './changes.mjs';
import credentials from './credentials.mjs';
import hostile from './hostile.mjs';
import login from './login.mjs';
import profiles from './profiles.mjs';
import keys from './keys.mjs';
import opaque from './opaque.mjs';
import operators from './operators.mjs';
import traces from './traces.mjs';
import verified from './verified.mjs';
import { World } from './world.mjs';

/** How many cases there are; fewer are a failure. */
const CASES_MIN = 113;

const GROUPS = [profiles, hostile, login, bound, opaque, keys, operators, credentials, verified, changes, traces];

const cases = new Cases();
const world = new World();
if (await cases.group('start', () => world.start())) {
  const only = process.env.IDENTITY_ONLY;
  for (const group of GROUPS.filter(({ name }) => only === undefined || only.split(',').includes(name))) {
    await cases.group(group.name, () => group(cases, world));
  }
  await cases.group('stop', () => world.stop());
}
process.exit(cases.end(CASES_MIN));

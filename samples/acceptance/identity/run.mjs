// The cases of identity.sh, group by group; each file explains its own. Options: see identity.sh.

import { parseArgs } from 'node:util';
import { Cases } from '../kit/cases.mjs';
import bound from './bound.mjs';
import changes from './changes.mjs';
import chromium, { CHROMIUM_CASES, hasChromium } from './chromium.mjs';
import consent from './consent.mjs';
import credentials from './credentials.mjs';
import hostile from './hostile.mjs';
import keys from './keys.mjs';
import login from './login.mjs';
import opaque from './opaque.mjs';
import operators from './operators.mjs';
import profiles from './profiles.mjs';
import traces from './traces.mjs';
import verified from './verified.mjs';
import { World } from './world.mjs';

/** How many cases there are, without those in a browser; fewer are a failure. */
const CASES_MIN = 144;

// traces looks at what the others left behind
const GROUPS = [profiles, hostile, login, bound, opaque, keys, operators, credentials, consent, chromium, verified, changes, traces];

const only = named();
const cases = new Cases();
const world = new World();
if (await cases.group('start', () => world.start())) {
  for (const group of GROUPS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    await cases.group(group.name, () => group(cases, world));
  }
  await cases.group('stop', () => world.stop());
}
process.exit(cases.end(only.length > 0 ? 1 : CASES_MIN + (hasChromium ? CHROMIUM_CASES : 0)));

function named() {
  try {
    const { only: names } = parseArgs({ options: { only: { type: 'string', default: '' } } }).values;
    const groups = names === '' ? [] : names.split(',');
    const unknown = groups.find((each) => !GROUPS.some(({ name }) => name === each));
    if (unknown !== undefined) {
      throw new Error(`there is no group "${unknown}" but ${GROUPS.map(({ name }) => name).join(', ')}`);
    }
    return groups;
  } catch (error) {
    console.error(`identity: ${error.message}`);
    process.exit(2);
  }
}

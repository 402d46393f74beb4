// The cases of keycloak.sh, group by group; each file explains its own. Options: see keycloak.sh.

import { parseArgs } from 'node:util';
import { Cases } from '../kit/cases.mjs';
import changes from './changes.mjs';
import login from './login.mjs';
import outage from './outage.mjs';
import servers from './servers.mjs';
import tokens from './tokens.mjs';
import traces from './traces.mjs';
import { World } from './world.mjs';

/** How many cases there are; fewer are a failure. */
const CASES_MIN = 44;

const GROUPS = [tokens, login, servers, changes, outage, traces];

const only = named();
const cases = new Cases();
const world = new World();
if (await cases.group('start', () => world.start())) {
  for (const group of GROUPS.filter(({ name }) => only.length === 0 || only.includes(name))) {
    await cases.group(group.name, () => group(cases, world));
  }
  await cases.group('stop', () => world.stop());
}
process.exit(cases.end(only.length === 0 ? CASES_MIN : 1));

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
    console.error(`keycloak: ${error.message}`);
    process.exit(2);
  }
}

// Judges the results of one leg of run.sh, more strictly than the suite does:
// a scenario passes when at least one check succeeded and none failed, warned or was skipped,
// a scenario without results or whose client complained fails, and a failure that was expected but did not happen is stale.
//
// node judge.mjs server|client SUITE_DIR RESULTS_DIR REQUIREMENTS|none MINIMUM EXPECTED_FILE|none [EXTRA_SCENARIO…]
//
// An entry of EXPECTED_FILE is a scenario, or scenario:check with the id or, where several checks share one, the name.
// Prints one line per scenario that is not as it must be, writes RESULTS_DIR/summary.json, exits 0 when there is none.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';

const [side, suiteDir, resultsDir, requirements, minimum, expectedFile, ...extras] = process.argv.slice(2);
const yaml = createRequire(resolve(suiteDir, 'package.json'))('yaml');

const scenarios = [...required(), ...extras];
const expected = new Set(expectedFile === 'none' ? [] : (yaml.parse(readFileSync(expectedFile, 'utf8'))[side] ?? []));

const problems = [];
let passed = 0;
let failedAsExpected = 0;

for (const scenario of scenarios) {
  const broken = brokenChecks(scenario);
  const known = [...expected].filter((entry) => entry === scenario || entry.startsWith(`${scenario}:`));
  const unexpected = known.includes(scenario)
    ? []
    : broken.filter((check) => !known.some((entry) => names(entry, scenario, check)));
  const stale = known.filter((entry) =>
    entry === scenario ? broken.length === 0 : !broken.some((check) => names(entry, scenario, check))
  );

  if (unexpected.length > 0) {
    const [first] = unexpected;
    const more = unexpected.length > 1 ? ` (and ${unexpected.length - 1} more checks)` : '';
    problems.push(`${scenario}: ${first.id} ${first.status}: ${first.errorMessage ?? 'no message'}${more}`);
  }
  for (const entry of stale) {
    problems.push(`${entry}: expected to fail, but passes: remove it from ${expectedFile}`);
  }
  if (unexpected.length === 0 && stale.length === 0) {
    if (broken.length === 0) {
      passed++;
    } else {
      failedAsExpected++;
    }
  }
}

for (const entry of expected) {
  if (!scenarios.includes(entry.split(':')[0])) {
    problems.push(`${entry}: expected to fail, but is no scenario of this leg`);
  }
}
if (scenarios.length < Number(minimum)) {
  problems.push(`only ${scenarios.length} scenarios were asked for, the leg needs ${minimum}`);
}

// a leg that is too short has failed even if all it ran passed
const failed = Math.max(scenarios.length - passed - failedAsExpected, problems.length > 0 ? 1 : 0);
writeFileSync(
  join(resultsDir, 'summary.json'),
  JSON.stringify({ requirements, passed, failed, failedAsExpected, problems }, null, 2) + '\n'
);
problems.forEach((problem) => console.log(`  ${problem}`));
console.log(
  `${passed} of ${scenarios.length} scenarios passed` +
    (failedAsExpected > 0 ? `, ${failedAsExpected} failed as expected` : '')
);
process.exit(problems.length === 0 ? 0 : 1);

function required() {
  if (requirements === 'none') {
    return [];
  }
  const folder = join(suiteDir, 'node_modules/@modelcontextprotocol/conformance/requirements');
  return yaml.parse(readFileSync(join(folder, `${requirements}.yaml`), 'utf8'))[side];
}

function names(entry, scenario, check) {
  return entry === `${scenario}:${check.id}` || entry === `${scenario}:${check.name}`;
}

// what Node prints begins with the place in the source
function firstError(text) {
  return text.split('\n').find((line) => /Error/.test(line)) ?? text.trim().split('\n')[0];
}

function brokenChecks(scenario) {
  // the suite writes server results under another name than client results, and a slash in a name makes a folder
  const wanted = side === 'server' ? `server-${scenario}` : basename(scenario);
  const parent = join(resultsDir, dirname(scenario));
  const found = existsSync(parent)
    ? readdirSync(parent).find((name) => name.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '') === wanted)
    : undefined;
  const folder = join(parent, found ?? '');
  const file = found === undefined ? '' : join(folder, 'checks.json');
  if (!existsSync(file)) {
    return [{ id: 'results', status: 'MISSING', errorMessage: 'the suite left no results' }];
  }
  const checks = JSON.parse(readFileSync(file, 'utf8'));
  const broken = checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status));
  const complaint = join(folder, 'stderr.txt');
  if (existsSync(complaint) && readFileSync(complaint, 'utf8').trim() !== '') {
    broken.push({ id: 'client', status: 'FAILURE', errorMessage: firstError(readFileSync(complaint, 'utf8')) });
  }
  if (!checks.some((check) => check.status === 'SUCCESS') && broken.length === 0) {
    return [{ id: 'results', status: 'EMPTY', errorMessage: 'no check succeeded' }];
  }
  return broken;
}

// Judges the results of one leg of run.sh, more strictly than the suite does:
// a scenario passes when at least one check succeeded and none failed, warned or was skipped,
// a scenario without results fails, and a failure that was expected but did not happen is stale.
//
// node judge.mjs SUITE_DIR RESULTS_DIR REQUIREMENTS MINIMUM EXPECTED_FILE|none [EXTRA_SCENARIO…]
//
// Prints one line per scenario that is not as it must be, writes RESULTS_DIR/summary.json, exits 0 when there is none.

import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

const [suiteDir, resultsDir, requirements, minimum, expectedFile, ...extras] = process.argv.slice(2);
const yaml = createRequire(resolve(suiteDir, 'package.json'))('yaml');

const required = yaml.parse(
  readFileSync(
    join(suiteDir, 'node_modules/@modelcontextprotocol/conformance/requirements', `${requirements}.yaml`),
    'utf8'
  )
).server;
const scenarios = [...required, ...extras];
const expected = new Set(expectedFile === 'none' ? [] : (yaml.parse(readFileSync(expectedFile, 'utf8')).server ?? []));

const problems = [];
let passed = 0;
let failedAsExpected = 0;

for (const scenario of scenarios) {
  const broken = brokenChecks(scenario);
  const known = [...expected].filter((entry) => entry === scenario || entry.startsWith(`${scenario}:`));
  const unexpected = known.includes(scenario)
    ? []
    : broken.filter((check) => !known.includes(`${scenario}:${check.id}`));
  const stale = known.filter((entry) =>
    entry === scenario ? broken.length === 0 : !broken.some((check) => entry === `${scenario}:${check.id}`)
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

function brokenChecks(scenario) {
  const folder = readdirSync(resultsDir).find((name) => name.replace(/-\d{4}-\d{2}-\d{2}T.*$/, '') === `server-${scenario}`);
  const file = folder === undefined ? '' : join(resultsDir, folder, 'checks.json');
  if (!existsSync(file)) {
    return [{ id: 'results', status: 'MISSING', errorMessage: 'the suite left no results' }];
  }
  const checks = JSON.parse(readFileSync(file, 'utf8'));
  const broken = checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status));
  if (!checks.some((check) => check.status === 'SUCCESS') && broken.length === 0) {
    return [{ id: 'results', status: 'EMPTY', errorMessage: 'no check succeeded' }];
  }
  return broken;
}

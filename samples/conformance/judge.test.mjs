// The verdicts of judge.mjs on made-up results; run.sh runs this first, because every leg rests on it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const judge = join(import.meta.dirname, 'judge.mjs');
const suite = join(import.meta.dirname, 'target', 'suite');
const required = readFileSync(
  join(suite, 'node_modules/@modelcontextprotocol/conformance/requirements/2025-11-25.yaml'),
  'utf8'
)
  .split('\nclient:')[0]
  .split('\nserver:')[1]
  .match(/[a-z0-9-]+(?=\n|$)/g);

const passing = [{ id: 'a', status: 'SUCCESS' }, { id: 'b', status: 'INFO' }];

function verdict({ results = {}, minimum = 30, expected = [], extras = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  try {
    const all = { ...Object.fromEntries([...required, ...extras].map((name) => [name, passing])), ...results };
    for (const [name, checks] of Object.entries(all)) {
      if (checks !== 'none') {
        mkdirSync(join(folder, `server-${name}-2026-11-21T05-53-42-855Z`));
        writeFileSync(join(folder, `server-${name}-2026-11-21T05-53-42-855Z`, 'checks.json'), JSON.stringify(checks));
      }
    }
    let list = 'none';
    if (expected.length > 0) {
      list = join(folder, 'expected.yml');
      writeFileSync(list, `server:\n${expected.map((entry) => `  - ${entry} # reason\n`).join('')}`);
    }
    const run = spawnSync(process.execPath, [
      ...[judge, 'server', suite, folder, '2025-11-25', String(minimum), list, ...extras],
    ]);
    assert.equal(run.stderr.toString(), '');
    return { exit: run.status, ...JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('all required scenarios with a success pass', () => {
  const { exit, passed, failed } = verdict();
  assert.deepEqual({ exit, passed, failed }, { exit: 0, passed: 30, failed: 0 });
});

for (const status of ['FAILURE', 'WARNING', 'SKIPPED', 'UNHEARD_OF']) {
  test(`one check with status ${status} fails its scenario`, () => {
    const { exit, passed, failed } = verdict({ results: { ping: [...passing, { id: 'c', status }] } });
    assert.deepEqual({ exit, passed, failed }, { exit: 1, passed: 29, failed: 1 });
  });
}

test('a scenario without results, without checks or with information only fails', () => {
  for (const checks of ['none', [], [{ id: 'a', status: 'INFO' }]]) {
    assert.equal(verdict({ results: { ping: checks } }).exit, 1);
  }
});

test('an extra scenario is required, one that was not asked for is ignored', () => {
  const broken = [{ id: 'a', status: 'FAILURE' }];
  assert.equal(verdict({ extras: ['server-sse-polling'] }).passed, 31);
  assert.equal(verdict({ extras: ['server-sse-polling'], results: { 'server-sse-polling': broken } }).exit, 1);
  assert.equal(verdict({ results: { 'server-sse-polling': broken } }).exit, 0);
});

test('a scenario is not mistaken for one whose name it begins', () => {
  const broken = [{ id: 'a', status: 'FAILURE' }];
  const { problems } = verdict({ results: { 'tools-call-error': broken } });
  assert.equal(problems.length, 1);
  assert.match(problems[0], /^tools-call-error: /);
});

test('an expected failure is no failure', () => {
  const results = { ping: [{ id: 'a', status: 'FAILURE' }] };
  const { exit, failed, failedAsExpected } = verdict({ results, expected: ['ping'] });
  assert.deepEqual({ exit, failed, failedAsExpected }, { exit: 0, failed: 0, failedAsExpected: 1 });
});

test('an expected failure of one check excuses no other', () => {
  const results = { ping: [{ id: 'a', status: 'FAILURE' }, { id: 'b', status: 'SUCCESS' }] };
  assert.equal(verdict({ results, expected: ['"ping:a"'] }).exit, 0);
  results.ping.push({ id: 'c', status: 'FAILURE' });
  assert.equal(verdict({ results, expected: ['"ping:a"'] }).exit, 1);
});

test('an expected failure may name one of several checks with the same id', () => {
  const results = { ping: [{ id: 'a', name: 'First', status: 'SKIPPED' }, { id: 'a', name: 'Second', status: 'SUCCESS' }] };
  assert.equal(verdict({ results, expected: ['"ping:First"'] }).exit, 0);
  assert.match(verdict({ results, expected: ['"ping:Second"'] }).problems.join(), /ping:Second: expected to fail, but passes/);
  results.ping.push({ id: 'a', name: 'Third', status: 'SKIPPED' });
  assert.equal(verdict({ results, expected: ['"ping:First"'] }).exit, 1);
});

test('client scenarios are found under their own name, and only those that were asked for count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  try {
    mkdirSync(join(folder, 'tools_call-2026-11-21T05-53-42-855Z'));
    writeFileSync(join(folder, 'tools_call-2026-11-21T05-53-42-855Z', 'checks.json'), JSON.stringify(passing));
    const client = [judge, 'client', suite, folder, 'none'];
    assert.equal(spawnSync(process.execPath, [...client, '1', 'none', 'tools_call']).status, 0);
    assert.equal(spawnSync(process.execPath, [...client, '2', 'none', 'tools_call', 'request-metadata']).status, 1);
    // the suite takes no notice of a client that gave up after the request that it looks for
    writeFileSync(join(folder, 'tools_call-2026-11-21T05-53-42-855Z', 'stderr.txt'), 'at line 1\nError: no\n');
    const complaint = spawnSync(process.execPath, [...client, '1', 'none', 'tools_call']);
    assert.equal(complaint.status, 1);
    assert.match(complaint.stdout.toString(), /tools_call: client FAILURE: Error: no/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a client scenario with a slash in its name has its results in a folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'judge-'));
  try {
    const client = [judge, 'client', suite, folder, 'none', '1', 'none', 'auth/iss-supported'];
    assert.equal(spawnSync(process.execPath, client).status, 1);
    const results = join(folder, 'auth', 'iss-supported-missing-2026-11-21T05-53-42-855Z');
    mkdirSync(results, { recursive: true });
    writeFileSync(join(results, 'checks.json'), JSON.stringify(passing));
    assert.equal(spawnSync(process.execPath, client).status, 1);
    renameSync(results, results.replace('-missing', ''));
    assert.equal(spawnSync(process.execPath, client).status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('an expectation that came to nothing fails the leg', () => {
  assert.match(verdict({ expected: ['ping'] }).problems[0], /expected to fail, but passes/);
  assert.match(verdict({ expected: ['"ping:a"'] }).problems[0], /expected to fail, but passes/);
  assert.match(verdict({ expected: ['no-such-scenario'] }).problems[0], /no scenario of this leg/);
});

test('a leg with fewer scenarios than its minimum fails', () => {
  assert.equal(verdict({ minimum: 30 }).exit, 0);
  const { exit, failed } = verdict({ minimum: 31 });
  assert.deepEqual({ exit, failed }, { exit: 1, failed: 1 });
});

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SAMPLE = fileURLToPath(new URL('../../../bin/sample', import.meta.url));

/** How long the client may take for all it is told, in milliseconds. */
const RUN_MILLIS_MAX = 50_000;

/** What the client is told to do at `server-everything`. */
const COMMANDS = [
  ['ping', {}],
  ['tools/call', { name: 'echo', arguments: { message: 'hello' } }],
  ['tools/call', { name: 'get-structured-content', arguments: { location: 'Chicago' } }],
  ['tools/call', { name: 'get-tiny-image', arguments: {} }],
  ['tools/call', { name: 'trigger-elicitation-request', arguments: {} }],
  ['tools/call', { name: 'trigger-sampling-request', arguments: { prompt: 'a poem' } }],
  ['prompts/list', {}],
  ['prompts/get', { name: 'args-prompt', arguments: { city: 'Oslo' } }],
  ['resources/list', {}],
  ['resources/templates/list', {}],
  ['resources/read', { uri: 'demo://resource/static/document/features.md' }],
  ['completion/complete', { prompt: 'completable-prompt', argument: 'department', value: 'S' }],
  ['logging/setLevel', { level: 'warning' }],
];

/** The client of the MCP Java SDK gets the same answers through the gateway as at the server. */
export default async function javaSdk(cases, world) {
  const tokenFile = `${world.folder}/java-sdk.token`;
  writeFileSync(tokenFile, await world.token(world.users.alice, '', world.view('remote')), { mode: 0o600 });
  const [through, direct] = await Promise.all([
    told(['--server', world.view('remote'), '--token-file', tokenFile]),
    told(['--server', world.servers.direct('remote').url]),
  ]);
  for (const [i, [method, { name = '' }]] of COMMANDS.entries()) {
    await cases.run(`java sdk 2.1.0: ${method} ${name}: as without the gateway`, async () => {
      assert.ok(direct.answers[i]?.result !== undefined, `directly: ${JSON.stringify(direct)}`);
      assert.deepEqual(sorted(through.answers[i]), sorted(direct.answers[i]), through.problem);
    });
  }
}

/** Runs the client; what it did not answer is missing in the list, and why stands in `problem`. */
function told(args) {
  return new Promise((resolve) => {
    const child = execFile(SAMPLE, ['sdk-agent', ...args], { timeout: RUN_MILLIS_MAX }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve({ answers: lines.map((line) => JSON.parse(line)), problem: error === null ? undefined : stderr.slice(-2000) });
    });
    child.stdin.end(COMMANDS.map(([method, params]) => `${JSON.stringify({ method, params })}\n`).join(''));
  });
}

/** The gateway orders lists by name. */
function sorted(answer) {
  const [member, list] = Object.entries(answer?.result ?? {}).find(([key]) => /^(prompts|resource.*s)$/i.test(key)) ?? [];
  if (member === undefined) {
    return answer;
  }
  return { result: { ...answer.result, [member]: list.toSorted((a, b) => (a.name < b.name ? -1 : 1)) } };
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { run } from '../../kit/children.mjs';

const INSPECTOR = join(
  process.env.ACCEPTANCE_PACKAGES,
  'node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js',
);

/** What the Inspector is told to do at each server. */
const METHODS = {
  remote: [
    ['tools/call', '--tool-name', 'echo', '--tool-arg', 'message=hello'],
    ['prompts/list'],
    ['prompts/get', '--prompt-name', 'args-prompt', '--prompt-args', 'city=Oslo'],
    ['resources/list'],
    ['resources/templates/list'],
    ['resources/read', '--uri', 'demo://resource/static/document/features.md'],
  ],
  modern: [
    ['tools/list'],
    ['tools/call', '--tool-name', 'add', '--tool-arg', 'a=1', 'b=2'],
    ['prompts/list'],
    ['prompts/get', '--prompt-name', 'weather', '--prompt-args', 'city=Oslo'],
    ['resources/list'],
    ['resources/templates/list'],
    ['resources/read', '--uri', 'note://pixels'],
  ],
};

/** In which era the Inspector can talk to a server without the gateway. */
const DIRECT_ERA = { remote: 'legacy', modern: 'modern' };

/** The Inspector's command line prints the same through the gateway, in each of its eras, as at the server. */
export default async function inspector(cases, world) {
  for (const [alias, methods] of Object.entries(METHODS)) {
    const token = await world.token(world.users.alice, '', world.view(alias));
    for (const [method, ...args] of methods) {
      let direct;
      for (const era of ['legacy', 'auto', 'modern']) {
        await cases.run(`inspector 2.12.0 ${era}: ${alias} ${method}: as without the gateway`, async () => {
          direct ??= await inspect(world.servers.direct(alias).url, DIRECT_ERA[alias], [method, ...args]);
          const through = await inspect(world.view(alias), era, [method, ...args, '--header', `Authorization: Bearer ${token}`]);
          assert.deepEqual(through, direct);
        });
      }
    }
  }
}

async function inspect(url, era, [method, ...args]) {
  const { code, text } = await run(process.execPath, [
    ...[INSPECTOR, '--cli', url, '--transport', 'http', '--protocol-era', era, '--format', 'json'],
    ...['--method', method, ...args],
  ]);
  assert.equal(code, 0, text);
  return neutral(JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)));
}

/** Without what an era adds, and in an order of its own: the gateway orders lists by name. */
function neutral(value) {
  if (Array.isArray(value)) {
    const entries = value.map(neutral);
    return entries.every((each) => each?.name !== undefined) ? entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)) : entries;
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const { resultType, ttlMs, cacheScope, _meta, execution, ...rest } = value;
  return Object.fromEntries(Object.entries(rest).map(([key, each]) => [key, neutral(each)]));
}

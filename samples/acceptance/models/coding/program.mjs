import assert from 'node:assert/strict';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../target/coding/node_modules', import.meta.url));

/** A program of a package that has one for each platform, as its registry gives it: nothing is fetched beside it. */
export function installed(name, path) {
  const folder = join(PACKAGES, `${name}-${process.platform}-${process.arch}`);
  assert.ok(existsSync(folder), `there is no ${name} for this platform: ${folder}`);
  const [program] = globSync(join(folder, path));
  assert.ok(program, `${folder} has no ${path}`);
  return program;
}

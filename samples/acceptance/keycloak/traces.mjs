import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from '../identity/keys.mjs';

/** What the gateways left behind: no token, and a log that verifies. */
export default async function traces(cases, world) {
  await cases.run('the log of the gateway verifies', async () => {
    const { code, text } = await world.gateway.verify();
    assert.equal(code, 0, text);
    return text.split('\n').at(-1);
  });
  await cases.run('no token that Keycloak gave stands in any file of a gateway', async () => {
    const secrets = world.keycloak.given.map((token) => token.split('.').at(-1));
    assert.ok(secrets.length > 10 && secrets.every((secret) => secret.length > 20));
    for (const name of ['gateway', 'cold']) {
      for (const file of files(join(world.folder, name))) {
        const content = readFileSync(file, 'latin1');
        assert.equal(secrets.find((secret) => content.includes(secret)), undefined, file);
      }
    }
    return `${secrets.length} tokens`;
  });
}

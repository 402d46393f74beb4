import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { files } from './keys.mjs';

/** What the gateways left behind: no token, no secret, and a log that verifies. */
export default async function traces(cases, world) {
  await cases.run('the log of the gateway verifies', async () => {
    const { code, text } = await world.gateway.verify();
    assert.equal(code, 0, text);
    return text.split('\n').at(-1);
  });
  await cases.run('no token that a provider gave stands in any file of a gateway', async () => {
    const given = [world.corp, world.partner, world.stranger].flatMap((idp) => idp.given);
    // of a JWT its signature, which nothing else contains
    const secrets = given.map((token) => token.split('.').at(-1));
    assert.ok(secrets.length > 50 && secrets.every((secret) => secret.length > 20));
    for (const name of ['gateway', 'bound', 'upstreams', 'consented', 'seen', 'browsed', 'verified', 'cold']) {
      for (const file of files(join(world.folder, name))) {
        const content = readFileSync(file, 'latin1');
        assert.equal(secrets.find((secret) => content.includes(secret)), undefined, file);
      }
    }
    return `${secrets.length} tokens`;
  });
  await cases.run("no secret of the gateway's stands in its logs or its audit", async () => {
    const secrets = [world.operator, world.clients.introspector.client_secret, world.fixedKey];
    for (const name of ['gateway', 'upstreams']) {
      const all = files(join(world.folder, name)).filter((file) => !/\.(token|secret|key|pem)$/.test(file));
      for (const file of all) {
        const content = readFileSync(file, 'latin1');
        assert.ok(!secrets.some((secret) => content.includes(secret)), file);
      }
    }
  });
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Child } from '../kit/children.mjs';
import { Gateway } from '../kit/gateway.mjs';
import { post } from '../clients/raw.mjs';
import { freePort } from '../kit/ports.mjs';
import { Wire } from './wire.mjs';

const SAMPLE = fileURLToPath(new URL('../../bin/sample', import.meta.url));
const START_SECONDS_MAX = 60;
const AUDIENCE = 'https://crm.acceptance.example/mcp';

/** A server that believes call tokens only, with somebody on the wire between it and the gateway. */
export default async function verified(cases, world) {
  const port = await freePort();
  const gatewayUrl = `http://127.0.0.1:${port}`;
  const crm = new Child(SAMPLE, ['crm', '--gateway', gatewayUrl, '--audience', AUDIENCE], {
    log: join(world.folder, 'crm'),
    env: { ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }) },
  });
  const crmUrl = await crm.line('READY ', START_SECONDS_MAX);
  const wire = await Wire.before(crmUrl);
  const gateway = new Gateway(join(world.folder, 'verified'), new URL('verified/', import.meta.url), {
    CORP: world.corp.issuer,
    PORT: port,
    CRM: wire.url,
    AUDIENCE,
  });
  await gateway.spawn().serving();
  const token = await world.corp.token(world.clients.batch, gateway.url);
  const call = async (tool, args) => {
    const answer = await post(gateway.url, token, 'tools/call', { name: `crm__${tool}`, arguments: args });
    assert.equal(answer.status, 200, answer.body);
    return answer.json().result ?? answer.json().error;
  };
  const notes = async () => (await call('get_customer', { customer_id: 'C-1001' })).content[0].text;

  await cases.run('a server that verifies call tokens answers the gateway', async () => {
    const result = await call('get_customer', { customer_id: 'C-1001' });
    assert.notEqual(result.isError, true, JSON.stringify(result));
    assert.match(result.content[0].text, /C-1001/);
  });
  await cases.run("it refuses whoever comes without one, or with the caller's own token", async () => {
    for (const bearer of [undefined, token]) {
      assert.equal((await post(crmUrl, bearer, 'tools/list')).status, 401);
    }
  });
  await cases.run('a call that was read on the wire cannot be sent once more', async () => {
    await call('add_note', { customer_id: 'C-1001', text: 'only once' });
    const kept = wire.last;
    assert.equal(await wire.again(kept, kept.body), 401);
    assert.equal((await notes()).split('only once').length - 1, 1);
  });
  for (const [what, tamper] of Object.entries({
    'whose arguments are changed on the wire': (body) => body.replace('harmless', 'evil'),
    'that is turned into another on the wire': (body) => body.replace('"add_note"', '"delete_customer"').replace(/,"text":"[^"]*"/, ''),
  })) {
    await cases.run(`a call ${what} is refused by the server and not done`, async () => {
      wire.tamper = tamper;
      try {
        const result = await call('add_note', { customer_id: 'C-1001', text: 'harmless' });
        assert.equal(result.isError, true, JSON.stringify(result));
        assert.notEqual(tamper(wire.last.body), wire.last.body, 'nothing was changed');
      } finally {
        wire.tamper = undefined;
      }
      assert.ok(!(await notes()).includes('evil'));
    });
  }
  await cases.run('a token that was made for this server and never arrived is of no use for other arguments', async () => {
    let kept;
    wire.tamper = (body) => {
      kept = wire.last;
      return body.replace('harmless', 'withheld'); // so that it does not arrive as it was
    };
    await call('add_note', { customer_id: 'C-1001', text: 'harmless' });
    wire.tamper = undefined;
    assert.equal(await wire.again(kept, kept.body.replace('harmless', 'evil')), 401);
    assert.ok(!(await notes()).includes('evil'));
  });

  assert.equal(await gateway.stop(), 0);
  wire.stop();
  await crm.end();
}

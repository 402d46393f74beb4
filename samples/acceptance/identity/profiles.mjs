import assert from 'node:assert/strict';
import { accepted, call, refused, toolNames } from './ask.mjs';

/** Two issuers whose tokens look different: each is read by its own profile, and rules tell the two apart. */
export default async function profiles(cases, world) {
  const { gateway, corp, partner, clients } = world;
  const url = gateway.url;
  const of = (idp, client, scope) => idp.token(clients[client], url, { scope });
  const unknown = async (token, tool) => {
    const answer = await call(url, token, tool);
    assert.equal(answer.status, 200);
    assert.equal(answer.json().error.code, -32602);
  };

  await cases.run('a token after RFC 9068 is accepted', async () => {
    await accepted(call(url, await of(corp, 'batch')));
  });
  await cases.run('a token in the other shape is accepted from the issuer whose profile says so', async () => {
    await accepted(call(url, await of(partner, 'guest')));
  });
  await cases.run('groups become what rules permit, and list and call agree', async () => {
    const staff = await of(corp, 'batch');
    assert.deepEqual(await toolNames(url, staff), ['echo__echo', 'echo__report']);
    await accepted(call(url, staff, 'echo__report'));
    const guest = await of(partner, 'guest');
    assert.deepEqual(await toolNames(url, guest), ['echo__echo']);
  });
  await cases.run('a group of the same name at the other issuer opens nothing', async () => {
    const impostor = await of(partner, 'impostor');
    assert.deepEqual(await toolNames(url, impostor), []);
    await unknown(impostor, 'echo__echo');
  });
  await cases.run('scopes count, as a text and as a list under another name', async () => {
    const staff = await of(corp, 'batch', 'files:read files:write');
    assert.deepEqual(await toolNames(url, staff), ['echo__echo', 'echo__export', 'echo__report']);
    await accepted(call(url, staff, 'echo__export'));
    const guest = await of(partner, 'guest', 'files:read');
    assert.deepEqual(await toolNames(url, guest), ['echo__echo', 'echo__report']);
    await accepted(call(url, guest, 'echo__report'));
  });
  await cases.run('a missing scope: 403 with all scopes of the call at once, and where the metadata are', async () => {
    const none = await refused(call(url, await of(corp, 'batch'), 'echo__export'), {
      status: 403,
      error: 'insufficient_scope',
    });
    assert.equal(none.scope, 'files:read files:write');
    const half = await refused(call(url, await of(corp, 'batch', 'files:read'), 'echo__export'), {
      status: 403,
      error: 'insufficient_scope',
    });
    assert.deepEqual(half.scope.split(' ').sort(), ['files:read', 'files:write']);
  });
  await cases.run('what no scope could open is hidden, not refused', async () => {
    await unknown(await of(corp, 'reader', 'files:read'), 'echo__export');
    await unknown(await of(corp, 'reader', 'files:read'), 'echo__nothing');
  });
  await cases.run('the server behind sees neither the token nor a header of it', async () => {
    const token = await of(corp, 'batch');
    const { text } = await accepted(call(url, token, 'echo__echo', { headers: { Cookie: 'a=b', 'X-Forwarded-User': 'eve' } }));
    const { headers, params } = world.upstream.last;
    assert.equal(params.arguments.text, text);
    for (const name of ['cookie', 'x-forwarded-user', 'dpop', 'forwarded', 'proxy-authorization']) {
      assert.equal(headers[name], undefined, name);
    }
    const [, , signature] = token.split('.');
    assert.ok(!JSON.stringify(world.upstream.last).includes(signature));
  });
}

import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { decodeJwt } from 'jose';
import { Agent, LEGACY, PINNED, SDK, text } from '../clients/agents.mjs';
import { until } from '../kit/waiting.mjs';
import { call } from './ask.mjs';
import { words } from './browser.mjs';
import { Consented, there } from './consented.mjs';
import { files } from './keys.mjs';

/** Calls of one user at the same moment; four users stay below what the gateway sends to one server at once. */
const CALLS_AT_ONCE = 12;

/** When a token of 40 seconds is renewed ahead, and when it is not used any more. */
const AHEAD_MILLIS = 31_000;
const END_MILLIS = 34_000;

/** How often it is tried to be there between the two, and how long that may take, in seconds. */
const TRIES = 3;
const TRIED_SECONDS_MAX = 180;

/** Users' own tokens at a server's own authorization server: each user agrees in a browser, and only that user's are used. */
export default async function consent(cases, world) {
  const consented = await Consented.start(world, 'consented', new URL('consented/', import.meta.url));
  const gateway = await consented.gateway.spawn().serving();
  const { server, guards } = consented;
  const tokens = {};

  await cases.run('2026-07-28: the client library asks Ann to open a page; she logs in, reads, agrees, and her call goes through', async () => {
    tokens.ann = await consented.token('ann');
    const ann = consented.visitor('ann');
    const asked = [];
    const agent = await connected(PINNED, gateway, tokens.ann, async ({ params }) => {
      asked.push(params);
      const question = await ann.open(params.url);
      for (const part of ['crm', '127.0.0.2', 'files:read', 'desk']) {
        assert.ok(words(question).includes(part), words(question));
      }
      const done = await ann.submit(question, { answer: 'yes' });
      assert.match(words(done), /may now use/);
      return { action: 'accept' };
    });
    assert.equal(text(await agent.call('crm__echo', { text: 'after consent' })), 'after consent');
    assert.equal(asked.length, 1);
    assert.equal(asked[0].mode, 'url');
    assert.ok(asked[0].message.includes('crm'));
    const claims = consented.claims('after consent');
    assert.equal(claims.sub, there('ann'));
    assert.equal(claims.aud, consented.upstreams.crm.url);
    assert.equal(claims.scope, 'files:read');
    assert.equal(claims.client_id, 'gateway-at-crm');
    assert.equal(text(await agent.call('crm__echo', { text: 'and again' })), 'and again');
    assert.equal(asked.length, 1, 'she was asked again');
    await agent.close();

    const requested = new URL(ann.visited.find((url) => url.startsWith(`${server.issuer}/auth?`))).searchParams;
    assert.equal(requested.get('resource'), consented.upstreams.crm.url);
    assert.equal(requested.get('code_challenge_method'), 'S256');
    assert.equal(requested.get('scope'), 'files:read');
    const back = ann.visited.filter((url) => url.includes('/oauth/callback?')).map((url) => new URL(url).searchParams);
    assert.deepEqual(back.map((query) => query.get('iss')), [world.corp.issuer, server.issuer]);
  });
  for (const [flavour, name] of [
    [SDK, 'ben'],
    [LEGACY, 'cem'],
  ]) {
    await cases.run(`${flavour.name}: the error -32042 names the page, and after it the same call goes through`, async () => {
      tokens[name] = await consented.token(name);
      const agent = await connected(flavour, gateway, tokens[name]);
      const error = await agent.call('crm__echo', { text: 'x' }).catch((thrown) => thrown);
      assert.equal(error.code, -32042, String(error));
      const [{ mode, url, elicitationId }] = error.elicitations ?? error.data.elicitations;
      assert.equal(mode, 'url');
      assert.ok(elicitationId);
      await consented.agrees(consented.visitor(name), url);
      assert.equal(text(await agent.call('crm__echo', { text: `from ${name}` })), `from ${name}`);
      assert.equal(consented.claims(`from ${name}`).sub, there(name));
      await agent.close();
    });
  }
  await cases.run('an agent that cannot show pages tells its user the link in words', async () => {
    tokens.dora = await consented.consent('dora');
    assert.equal((await consented.through(tokens.dora)).sub, there('dora'));
  });
  await cases.run('four users at the same moment: each call comes with the token of its own user', async () => {
    const names = Array.from({ length: CALLS_AT_ONCE }, () => Object.keys(tokens)).flat();
    const subjects = await Promise.all(names.map(async (name) => (await consented.through(tokens[name])).sub));
    assert.deepEqual(subjects, names.map(there));
  });
  await cases.run('two users agree at the same moment, and get their own tokens', async () => {
    const pair = await Promise.all(['ann', 'ben'].map((name) => consented.consent(name, 'shelf')));
    const subjects = await Promise.all(pair.map(async (token) => (await consented.through(token, 'shelf')).sub));
    assert.deepEqual(subjects, [there('ann'), there('ben')]);
  });
  await cases.run('where the gateway is no client it registers itself, once, with its own callback', async () => {
    const registered = consented.requests('/reg');
    assert.equal(registered.length, 1);
    const { redirect_uris, token_endpoint_auth_method } = JSON.parse(registered[0].body);
    assert.deepEqual(redirect_uris, [`${new URL(gateway.url).origin}/oauth/callback`]);
    assert.equal(token_endpoint_auth_method, 'none');
  });

  await cases.group('misuse', () => misuse(cases, consented));
  await cases.group('more scopes', () => moreScopes(cases, consented, tokens.ann));
  await cases.group('renewal', () => renewal(cases, consented));
  await cases.group('ends', () => ends(cases, consented, tokens));
  await cases.group('taken back', () => takenBack(cases, consented));
  await cases.group('kept', () => kept(cases, consented, tokens));
  await consented.stop();
}

async function connected(flavour, gateway, token, answer) {
  const agent = new Agent(flavour, { capabilities: { elicitation: { url: {} } } });
  if (answer !== undefined) {
    agent.answers('elicitation/create', answer);
  }
  const requestInit = { headers: { Authorization: `Bearer ${token}` } };
  return agent.connect(flavour.http(new URL(gateway.url), { requestInit }));
}

/** Links and answers in other hands, at other times. */
async function misuse(cases, consented) {
  const { server, gateway } = consented;
  const eve = await consented.token('eve');
  const asked = () => server.heard.length;
  const nothing = async (page) => {
    assert.equal(page.status, 400, page.text);
    assert.match(words(page), /This did not work/);
    assert.ok(!/crm|eve|ann/.test(words(page)), words(page));
    assert.ok(!(await consented.has('eve')), 'a token is kept');
    await consented.link(eve);
  };

  await cases.run("somebody else logs in with Eve's link: nothing is kept, and the server is not even asked", async () => {
    const before = asked();
    await nothing(await consented.visitor('ann').open(await consented.link(eve)));
    assert.equal(asked(), before);
  });
  await cases.run('a link that was opened opens nothing a second time, also for its user', async () => {
    const link = await consented.link(eve);
    const one = consented.visitor('eve');
    await one.open(link, { until: consented.world.corp.issuer });
    await nothing(await consented.visitor('ann').open(link));
    await nothing(await one.open(link));
  });
  await cases.run('the answer of a login in another browser, and the same answer twice: nothing', async () => {
    const one = consented.visitor('eve');
    const { url } = await one.open(await consented.link(eve), { until: `${new URL(gateway.url).origin}/oauth/callback` });
    await nothing(await consented.visitor('eve').open(url));
    await nothing(await one.open(url));
  });
  await cases.run("an answer in the name of another server, or of none: nothing", async () => {
    for (const change of [(query) => query.set('iss', consented.world.corp.issuer), (query) => query.delete('iss')]) {
      const visitor = consented.visitor('eve');
      const question = await visitor.open(await consented.link(eve));
      const { url } = await visitor.submit(question, { answer: 'yes' }, { until: question.url.href.split('?')[0] });
      assert.ok(url.searchParams.has('code'));
      change(url.searchParams);
      await nothing(await visitor.open(url));
    }
  });
  await cases.run("she says no on the gateway's page, or at the server: nothing", async () => {
    const visitor = consented.visitor('eve');
    const before = asked();
    const page = await visitor.submit(await visitor.open(await consented.link(eve)), { answer: 'no' });
    assert.match(words(page), /Nothing was allowed/);
    const question = await visitor.open(await consented.link(eve));
    assert.ok(!server.heard.slice(before).includes('/auth?'));
    await nothing(await visitor.submit(question, { answer: 'yes' }, { cancels: true }));
  });
}

/** A tool that needs more than the user granted. */
async function moreScopes(cases, consented, ann) {
  await cases.run('a tool that needs one more scope leads to one more question, for both, and then goes through', async () => {
    const link = await consented.link(ann, 'crm', 'write');
    const visitor = consented.visitor('ann');
    const question = await visitor.open(link);
    assert.match(words(question), /files:read.*files:write/);
    await visitor.submit(question, { answer: 'yes' });
    assert.equal((await consented.through(ann, 'crm', 'write')).scope, 'files:read files:write');
    assert.equal((await consented.through(ann)).scope, 'files:read files:write');
  });
}

/** Tokens that end soon. */
async function renewal(cases, consented) {
  const { server } = consented;
  const renewals = () => consented.requests('/token').filter(({ form }) => form.grant_type === 'refresh_token');
  const ann = await consented.consent('ann', 'hasty');
  const dora = await consented.token('dora');
  let [first, since] = [];
  const begin = async () => {
    since = performance.now();
    const visitor = consented.visitor('dora');
    await consented.agrees(visitor, await consented.link(dora, 'shelf'));
    first = await consented.through(dora, 'shelf');
  };
  await begin();

  await cases.run('a short token is renewed without the user, and again: each refresh token is used once', async () => {
    const jtis = new Set();
    await until('four tokens', 40, async () => jtis.add((await consented.through(ann, 'hasty')).jti).size >= 4);
    const used = renewals().map(({ form }) => form.refresh_token);
    assert.ok(used.length >= 3);
    assert.equal(new Set(used).size, used.length);
    assert.ok(renewals().every(({ form }) => form.resource === consented.upstreams.hasty.url));
  });
  await cases.run('calls at the same moment renew a token once', async () => {
    await pause(4000);
    const before = renewals().length;
    const all = await Promise.all(Array.from({ length: CALLS_AT_ONCE }, () => consented.through(ann, 'hasty')));
    assert.equal(new Set(all.map(({ jti }) => jti)).size, 1);
    assert.equal(renewals().length, before + 1);
  });
  await cases.run('the server is down: an old token ends, and nobody is asked to agree again', async () => {
    await server.close();
    try {
      await until('a refusal', 20, () => consented.not('credential_unavailable', ann, 'hasty'));
    } finally {
      await server.close(false);
    }
  });
  await cases.run('…and when the server is back the calls go on', async () => {
    const { sub } = await until('a call', 20, () => consented.through(ann, 'hasty'));
    assert.equal(sub, there('ann'));
  });
  await cases.run('a token is renewed ahead of its end: with the server down the old one goes on meanwhile', async () => {
    for (let tries = TRIES; ; tries--) {
      if (performance.now() - since > AHEAD_MILLIS) {
        await consented.command('revoke', '--subject', 'dora', '--upstream', 'shelf', '--reason', 'once more');
        await begin();
      }
      await pause(AHEAD_MILLIS - (performance.now() - since));
      await server.close();
      if (performance.now() - since < END_MILLIS) {
        break;
      }
      await server.close(false);
      assert.ok(tries > 1, 'this machine is too slow to tell');
    }
    try {
      assert.equal((await consented.through(dora, 'shelf')).jti, first.jti);
    } finally {
      await server.close(false);
    }
    const next = await until('a renewed token', 20, async () => {
      const claims = await consented.through(dora, 'shelf');
      return claims.jti !== first.jti && claims;
    });
    assert.equal(next.sub, there('dora'));
    assert.ok(next.iat < first.exp, 'it was not renewed ahead');
  }, TRIED_SECONDS_MAX);
}

/** A consent ends: at the server, by an operator, with a stop of the user. */
async function ends(cases, consented, tokens) {
  const { server, gateway, world } = consented;
  await cases.run('the user ends the grant at the server: the next renewal finds out, and the user is asked anew', async () => {
    const cem = await consented.consent('cem', 'hasty');
    await consented.through(cem, 'hasty');
    await server.endGrants(there('cem'));
    const link = await until('a question', 20, () => consented.link(cem, 'hasty'));
    await consented.agrees(consented.visitor('cem'), link);
    assert.equal((await consented.through(cem, 'hasty')).sub, there('cem'));
  });
  await cases.run('an operator sees who agreed to what, without tokens, and ends it from the command line', async () => {
    const list = await consented.command('list');
    assert.match(list, /^crm +ben of corp .*files:read/m);
    for (const { access_token, refresh_token } of consented.given()) {
      assert.ok(!list.includes(access_token) && !(refresh_token && list.includes(refresh_token)));
    }
    await consented.command('revoke', '--issuer', 'corp', '--subject', 'ben', '--upstream', 'crm', '--reason', 'acceptance');
    assert.doesNotMatch(await consented.command('list'), /^crm +ben of corp/m);
    await consented.link(tokens.ben);
    await consented.through(tokens.cem);
  });
  await cases.run("a stop of a user drops that user's tokens and links; who goes on later agrees anew", async () => {
    const order = (method, body) =>
      fetch(`${gateway.adminUrl}/kill`, {
        method,
        headers: { Authorization: `Bearer ${world.operator}`, 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      }).then((response) => response.json());
    const link = await consented.link(tokens.cem, 'shelf');
    const { kill } = await order('POST', { kind: 'subject', issuer: 'corp', value: 'cem', reason: 'acceptance' });
    await until('no token', 5, async () => !(await consented.has('cem')));
    assert.equal((await call(gateway.url, tokens.cem, 'crm__echo')).status, 401);
    assert.equal((await consented.visitor('cem').open(link)).status, 400);
    await order('DELETE', { id: kill.id, reason: 'over' });
    await consented.link(tokens.cem);
    await consented.through(tokens.dora);
  });
}

/** Users end it themselves, without an agent. */
async function takenBack(cases, consented) {
  const { gateway } = consented;
  const page = `${new URL(gateway.url).origin}/oauth/revoke`;
  const eve = await consented.consent('eve');
  await cases.run('a user who logs in sees the own consents alone, and takes one back', async () => {
    const visitor = consented.visitor('eve');
    const list = await visitor.open(page);
    assert.match(words(list), /crm.*files:read/);
    assert.doesNotMatch(words(list), /hasty|shelf|dora|eve/);
    const after = await visitor.submit(list, { upstream: 'crm' });
    assert.match(words(after), /uses crm for you no more/);
    await consented.link(eve);
    assert.ok(await consented.has('dora'));
  });
  await cases.run('another user, another browser, a second press: nothing is taken back', async () => {
    const visitor = consented.visitor('dora');
    const list = await visitor.open(page);
    const others = consented.visitor('eve');
    assert.match(words(await others.open(page)), /Nothing/);
    assert.equal((await others.submit(list, { upstream: 'crm' })).status, 400);
    assert.equal((await visitor.submit(list, { upstream: 'crm' })).status, 400);
    assert.ok(await consented.has('dora'));
  });
}

/** What is kept, where, and what is in no hand that it is not for. */
async function kept(cases, consented, tokens) {
  const { gateway, server } = consented;
  const hasty = await consented.consent('dora', 'hasty');
  await cases.run('after a restart of the gateway nobody is asked again, also where a token must be renewed first', async () => {
    const { jti } = await consented.through(tokens.dora);
    assert.equal(await gateway.stop(), 0);
    await gateway.spawn().serving();
    assert.equal((await consented.through(tokens.dora)).jti, jti);
    assert.equal((await consented.through(hasty, 'hasty')).sub, there('dora'));
  });
  await cases.run("no agent's token ever came to the authorization server or to a server behind the gateway", async () => {
    const heard = server.heard;
    const came = Object.values(consented.guards).flatMap((guard) => [...guard.came]).join();
    const everything = Object.values(consented.upstreams).map((upstream) => upstream.everything).join();
    assert.ok(came.length > 0 && everything.length > 0);
    const signatures = [...Object.values(tokens), hasty].map((token) => token.split('.')[2]);
    for (const signature of signatures) {
      assert.ok(![heard, came, everything].some((each) => each.includes(signature)));
    }
  });
  await cases.run('each token came to the server that it is for, and to no other', async () => {
    for (const [alias, guard] of Object.entries(consented.guards)) {
      for (const authorization of guard.came) {
        assert.equal(decodeJwt(authorization.replace('Bearer ', '')).aud, consented.upstreams[alias].url);
      }
    }
  });
  await cases.run('no token, code or secret stands in clear in a file of the gateway', async () => {
    const given = consented.given().flatMap(({ access_token, refresh_token }) => [access_token.split('.')[2], refresh_token]);
    const codes = consented.requests('/token').map(({ form }) => form.code);
    const { 'ops.token': _, ...clients } = consented.secrets;
    const secrets = [...given, ...codes, ...Object.values(clients)].filter((each) => each !== undefined);
    assert.ok(secrets.length > 30 && secrets.every((secret) => secret.length > 20));
    const all = files(gateway.folder).filter((file) => !/\.secret$/.test(file));
    assert.ok(all.some((file) => file.endsWith('.token') && file.includes('user-tokens')));
    for (const file of all) {
      const content = readFileSync(file, 'latin1');
      assert.equal(secrets.find((secret) => content.includes(secret)), undefined, file);
    }
    return `${secrets.length} secrets`;
  });
  await cases.run('every step is on record, without names, and the log verifies', async () => {
    const events = await consented.events();
    const counted = Object.groupBy(events, ({ ev }) => ev);
    for (const [ev, least] of Object.entries({ started: 15, granted: 10, refused: 7, revoked: 3 })) {
      assert.ok(counted[`consent.${ev}`]?.length >= least, `${ev}: ${counted[`consent.${ev}`]?.length}`);
    }
    const told = JSON.stringify(events);
    assert.ok(!/"(ann|ben|cem|dora)"|-of-crm/.test(told), told);
    const { code, text: said } = await gateway.verify();
    assert.equal(code, 0, said);
  });
}

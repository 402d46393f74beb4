import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import tls from 'node:tls';
import { chromium as browsers } from 'playwright-core';
import { until } from '../kit/waiting.mjs';
import { certificates } from './bound.mjs';
import { Consented, there } from './consented.mjs';

/** Where Debian's package puts it; another browser of its kind can be named. */
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Longest wait for a page, in milliseconds. */
const PAGE_MILLIS_MAX = 30_000;

/** Whether there is a browser to try with, and how many cases it has. */
export const hasChromium = existsSync(CHROMIUM);
export const CHROMIUM_CASES = 12;

/** The gateway's pages in a real browser, at three sites: the gateway, the issuer, and the server's authorization server. */
export default async function chromium(cases, world) {
  if (!hasChromium) {
    console.log(`skip  the gateway's pages in a browser: there is no ${CHROMIUM} (package chromium)`);
    return;
  }
  const browser = await browsers.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    await cases.group('http', () => plain(cases, world, browser));
    await cases.group('https', () => secure(cases, world, browser));
  } finally {
    await browser.close();
  }
}

/** A person with a browser: one profile, and a name at each provider. */
class Person {
  /** What the browser complained about on the gateway's pages. */
  complaints = [];

  static async make(browser, consented, name) {
    const person = new Person();
    person.name = name;
    person.consented = consented;
    person.origin = new URL(consented.gateway.url).origin;
    person.context = await browser.newContext({ ignoreHTTPSErrors: true });
    person.context.setDefaultTimeout(PAGE_MILLIS_MAX);
    person.page = await person.context.newPage();
    person.page.on('console', (message) => {
      const ours = message.location().url.startsWith(person.origin) || person.page.url().startsWith(person.origin);
      // that a page of status 400 is an error is no complaint about the page
      if (ours && message.type() === 'error' && !/status of 4\d\d/.test(message.text())) {
        person.complaints.push(message.text());
      }
    });
    person.page.on('pageerror', (error) => person.complaints.push(String(error)));
    return person;
  }

  /** Opens a link and logs in, if asked to; stops at the gateway's page. */
  async open(link, login = this.name) {
    await this.page.goto(link);
    await this.#atProvider(login);
    return this.read();
  }

  /** Presses a button of the gateway's page, and does what the authorization server asks. */
  async press(button) {
    const left = this.page.waitForEvent('framenavigated');
    await this.page.getByRole('button', { name: button, exact: true }).click();
    await left;
    await this.#atProvider(there(this.name));
    return this.read();
  }

  /** Fills in the providers' forms until there is none. */
  async #atProvider(login) {
    for (;;) {
      const form = await until('a page to act on', PAGE_MILLIS_MAX / 1000, async () => {
        const seen = await this.page.evaluate(() => ({
          url: location.href,
          isWhole: document.readyState === 'complete',
          title: document.title,
          asked: document.querySelector('input[name=prompt]')?.value ?? '',
        }));
        // between the form and the authorization server there is a page that goes on by itself
        const isOurs = seen.url.startsWith(this.origin) && seen.title !== '' && seen.title !== 'One moment';
        return seen.isWhole && (seen.asked !== '' || isOurs) && seen;
      });
      if (form.asked === '') {
        return;
      }
      const here = this.page.url();
      if (form.asked === 'login') {
        await this.page.locator('input[name=login]').fill(login);
        await this.page.locator('input[name=password]').fill('x');
      }
      await this.page.locator('button[type=submit]').click();
      await this.page.waitForURL((url) => url.href !== here);
    }
  }

  /** What the page says. */
  async read() {
    return this.page.locator('body').innerText();
  }

  async picture(name) {
    const folder = join(this.consented.world.folder, 'pictures');
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: join(folder, `${name}.png`) });
  }

  /** Ends; the browser must not have complained. */
  async end() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }
}

async function plain(cases, world, browser) {
  const consented = await Consented.start(world, 'seen', new URL('consented/', import.meta.url));
  await consented.gateway.spawn().serving();
  const tokens = { ann: await consented.token('ann'), ben: await consented.token('ben') };
  const as = async (name, body) => {
    const person = await Person.make(browser, consented, name);
    await body(person);
    await person.end();
  };

  await cases.run('Ann opens the link, logs in, and reads who asks, for what, and where she will be asked', () =>
    as('ann', async (ann) => {
      const question = await ann.open(await consented.link(tokens.ann));
      await ann.picture('question');
      const server = new URL(consented.server.issuer).host;
      for (const part of ['Allow the use of crm?', 'desk', server, 'files:read', 'If you did not ask an agent']) {
        assert.ok(question.includes(part), question);
      }
    }),
  );
  await cases.run('she goes on, agrees at the server, is told that it is done, and her call goes through', () =>
    as('ann', async (ann) => {
      await ann.open(await consented.link(tokens.ann));
      const [cookie] = (await ann.context.cookies(ann.origin)).filter(({ name }) => name.includes('mcp-gateway'));
      assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, 'Lax', '/']);
      assert.match(await ann.press('Go on'), /^Done\s+The gateway may now use crm for you/);
      await ann.picture('done');
      assert.equal((await consented.through(tokens.ann)).sub, there('ann'));
    }),
  );
  await cases.run('Ben does not allow it: nothing was asked of the server, nothing is kept', () =>
    as('ben', async (ben) => {
      await ben.open(await consented.link(tokens.ben));
      assert.match(await ben.press('Do not allow'), /Nothing was allowed/);
      await ben.picture('not-allowed');
      assert.ok(!(await consented.has('ben')));
      await consented.link(tokens.ben);
    }),
  );
  await cases.run("Ann is sent Ben's link: she logs in, and reads only that it did not work", () =>
    as('ann', async (ann) => {
      const page = await ann.open(await consented.link(tokens.ben));
      assert.match(page, /This did not work/);
      assert.ok(!/ben|crm/.test(page), page);
    }),
  );
  await cases.run('a link that was used says what to do', () =>
    as('ben', async (ben) => {
      const link = await consented.link(tokens.ben);
      await ben.open(link);
      await ben.page.goto(link);
      assert.match(await ben.read(), /This did not work\s+Nothing was changed.*your agent will give you a new link/);
      await ben.picture('used');
    }),
  );
  await cases.run('the page before has been left: going back and pressing once more does nothing', () =>
    as('ben', async (ben) => {
      await ben.open(await consented.link(tokens.ben));
      await ben.press('Do not allow');
      await ben.page.goBack();
      // from the browser's memory, or asked anew: in both cases it is over
      const button = ben.page.getByRole('button', { name: 'Go on' });
      if ((await button.count()) > 0) {
        await button.click();
        await ben.page.waitForLoadState();
      }
      assert.match(await ben.read(), /This did not work/);
      assert.ok(!(await consented.has('ben')));
    }),
  );
  await cases.run('no page of the gateway shows in a frame of another site', async () => {
    const ann = await Person.make(browser, consented, 'ann');
    const site = createServer((request, response) => {
      const frames = [`${ann.origin}/oauth/start?flow=x`, `${ann.origin}/oauth/callback?state=x`];
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(frames.map((src) => `<iframe src="${src}"></iframe>`).join(''));
    }).listen(0, '127.0.0.1');
    await once(site, 'listening');
    const refused = [];
    ann.page.on('console', (message) => refused.push(message.text()));
    await ann.page.goto(`http://127.0.0.1:${site.address().port}/`);
    await until('two refusals', 10, () => refused.filter((text) => /frame-ancestors|X-Frame-Options/i.test(text)).length >= 2);
    for (const frame of ann.page.frames().slice(1)) {
      assert.ok(!(await frame.content()).includes('This did not work'));
    }
    await ann.context.close();
    site.close();
    site.closeAllConnections();
  });
  await cases.run('a form of another site does not answer for Ann', () =>
    as('ann', async (ann) => {
      const question = await ann.open(await consented.link(tokens.ann, 'shelf'));
      assert.match(question, /shelf/);
      const approval = await ann.page.locator('input[name=approval]').inputValue();
      const site = createServer((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        const fields = `<input name=approval value="${approval}"><input name=answer value=yes>`;
        response.end(`<form method=post action="${ann.origin}/oauth/approve">${fields}<button>x</button></form>`);
      }).listen(0, '127.0.0.1');
      await once(site, 'listening');
      await ann.page.goto(`http://127.0.0.1:${site.address().port}/`);
      await ann.page.getByRole('button').click();
      await ann.page.waitForURL(`${ann.origin}/**`);
      assert.ok(!/Continue at/.test(await ann.page.content()), await ann.page.content());
      site.close();
      site.closeAllConnections();
      assert.ok(!(await consented.has('ann', 'shelf')));
    }),
  );
  await cases.run('Ann sees what she has allowed, takes it back, and is asked anew; what others allowed stays', () =>
    as('ann', async (ann) => {
      await consented.consent('dora');
      const list = await ann.open(`${ann.origin}/oauth/revoke`);
      await ann.picture('own');
      assert.match(list, /What you have allowed[^]*crm[^]*files:read[^]*Take back/);
      assert.match(await ann.press('Take back'), /uses crm for you no more[^]*Nothing/);
      await ann.picture('taken-back');
      assert.ok(!(await consented.has('ann')));
      assert.ok(await consented.has('dora'));
      await consented.link(tokens.ann);
    }),
  );
  await consented.stop();
}

/** The same over https. */
async function secure(cases, world, browser) {
  const folder = join(world.folder, 'browsed');
  mkdirSync(folder, { recursive: true });
  const pem = await certificates(folder);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem['ca.pem']]);
  const more = { documents: true, authority: join(folder, 'ca.pem') };
  const consented = await Consented.start(world, 'browsed', new URL('browsed/', import.meta.url), 'https', more);
  await consented.gateway.spawn().serving();
  const token = await consented.token('ann');
  const ann = await Person.make(browser, consented, 'ann');

  await cases.run('over https the cookie is secure and bound to this host', async () => {
    await ann.open(await consented.link(token));
    const cookies = (await ann.context.cookies(ann.origin)).filter(({ name }) => name.includes('mcp-gateway'));
    assert.deepEqual(
      cookies.map(({ name, secure, httpOnly, sameSite }) => [name, secure, httpOnly, sameSite]),
      [['__Host-mcp-gateway-consent', true, true, 'Lax']],
    );
  });
  await cases.run('…Ann agrees, and her call goes through', async () => {
    assert.match(await ann.press('Go on'), /^Done/);
    assert.equal((await consented.through(token)).sub, there('ann'));
  });
  await cases.run('…and where the gateway is no client, the server reads who it is in its document', async () => {
    await ann.open(await consented.link(token, 'shelf'));
    assert.match(await ann.press('Go on'), /^Done/);
    const claims = await consented.through(token, 'shelf');
    assert.equal(claims.sub, there('ann'));
    assert.equal(claims.client_id, `${ann.origin}/oauth/client.json`);
  });
  await ann.end();
  await consented.stop();
}

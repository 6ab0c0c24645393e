import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ASSETS } from '../apps/api-gateway/src/site/assets.js';
import { launchBrowser } from './support/browser.js';
import { openAiEnv } from './support/openai-env.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const run = promisify(execFile);

/** The client library as it is built. */
const CLIENT = join(import.meta.dirname, '../dist/packages/client/src');

describe('the pages of a gateway', () => {
  let upstream: FakeUpstream;
  let system: System;
  let browser: Browser;
  const url = () => system.gateways[0]!.url;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', openAiEnv(upstream));
    browser = await launchBrowser();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
    await upstream?.close();
  });

  /** A page that loads nothing from elsewhere, and what went wrong in it. */
  async function open(path: string): Promise<{ page: Page; wrong: string[] }> {
    const page = await browser.newPage();
    const wrong: string[] = [];
    page.on('pageerror', ({ message }) => wrong.push(message));
    page.on('console', (message) => message.type() === 'error' && wrong.push(message.text()));
    await page.route(
      (address) => address.origin !== url() && address.protocol !== 'data:',
      async (route) => {
        wrong.push(`calls ${route.request().url()}`);
        await route.abort();
      },
    );
    await page.goto(url() + path);
    return { page, wrong };
  }

  test('are all there, and tell whether they are still the same', async () => {
    for (const path of Object.keys(ASSETS)) {
      const first = await fetch(url() + path);
      expect(first.status, path).toBe(200);
      const etag = first.headers.get('etag')!;
      const again = await fetch(url() + path, { headers: { 'if-none-match': etag } });
      expect(again.status, path).toBe(304);
      await first.arrayBuffer();
    }
    expect((await fetch(`${url()}/site/none.css`)).status).toBe(404);
  });

  test('the first one tells what runs, and its commands work as they are shown', async () => {
    const { page, wrong } = await open('/');
    await page.waitForSelector('#health.healthy');
    const facts = await page.locator('.facts').innerText();
    for (const fact of ['healthy', 'embedded', 'openai, fake-model']) expect(facts).toContain(fact);
    const { stdout } = await run('sh', ['-c', (await page.locator('#send').textContent())!]);
    const { id } = JSON.parse(stdout) as { id: string };
    const read = (await page.locator('#read').textContent())!.replace('msg_…', id);
    expect((await run('sh', ['-c', read])).stdout).toContain('event: end');
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('the first one sends a message, and leads to everything', async () => {
    const { page, wrong } = await open('/');
    await page.fill('#content', 'Say this again');
    await page.click('#try button');
    await page.locator('#reply', { hasText: /^Say this again$/ }).waitFor();
    const links = await page
      .locator('nav a')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')!));
    expect(links.length).toBe(6);
    for (const link of links) expect((await fetch(url() + link)).status, link).toBe(200);
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('the reference shows every operation, and lets one be tried', async () => {
    const { page, wrong } = await open('/docs');
    await page.waitForSelector('#operations-Messages-createMessage');
    const document = (await (await fetch(`${url()}/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const count = Object.values(document.paths).flatMap((methods) => Object.keys(methods)).length;
    expect(await page.locator('.opblock').count()).toBe(count);
    await page.click('#operations-Messages-createMessage .opblock-summary-control');
    await page.click('#operations-Messages-createMessage .execute');
    const status = page.locator(
      '#operations-Messages-createMessage .live-responses-table tbody .response-col_status',
    );
    await status.first().waitFor();
    expect(await status.first().innerText()).toContain('201');
    expect(wrong).toEqual([]);
    await page.close();
  });

  test('the client library works in a page', async () => {
    const { page, wrong } = await open('/examples/');
    await page.route('**/client/*.js', (route) => {
      const name = new URL(route.request().url()).pathname.split('/').at(-1)!;
      return route.fulfill({
        contentType: 'text/javascript',
        body: readFileSync(join(CLIENT, name), 'utf8'),
      });
    });
    const answer = await page.evaluate(`import('/client/index.js').then(({ LlmQueue }) =>
      new LlmQueue({ userId: 'page' }).ask('Hello from a page'))`);
    expect(answer).toBe('Hello from a page');
    expect(wrong).toEqual([]);
    await page.close();
  });
});

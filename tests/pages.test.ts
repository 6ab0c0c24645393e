import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchBrowser } from './support/browser.js';
import { openAiEnv } from './support/openai-env.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const CLIENT = join(import.meta.dirname, '../node_modules/centrifuge-old/dist/centrifuge.js');

/** The page of somebody else: EventSource and nothing but it, at a port of its own. */
const EVENT_SOURCE_PAGE = (url: string, furtherUrl: string) => `<div id="reply"></div><script>
  async function send(message) {
    const response = await fetch('${url}/api/chat', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ message }) });
    const { channel_id } = await response.json();
    const source = new EventSource('${furtherUrl}/connection/sse?channel=' + channel_id);
    source.onmessage = ({ data }) => {
      const { type, message } = JSON.parse(data);
      if (type === 'chunk') document.getElementById('reply').textContent += message;
      if (type === 'end') { source.close(); document.title = 'done'; }
    };
  }
</script>`;

/** The page of somebody else with the client of its time: the data of a publication is text. */
const CENTRIFUGE_PAGE = (
  url: string,
) => `<script src="https://unpkg.com/centrifuge@5.2.0/dist/centrifuge.js"></script>
<div id="reply"></div><script>
  async function send(message) {
    const response = await fetch('${url}/api/chat', {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ message }) });
    const { channel_id } = await response.json();
    const centrifuge = new Centrifuge([
      { transport: 'websocket', endpoint: '${url.replace('http', 'ws')}/connection/websocket' },
      { transport: 'sse', endpoint: '${url}/connection/sse' },
    ], {});
    centrifuge.on('connected', () => {
      const subscription = centrifuge.newSubscription(channel_id);
      subscription.on('publication', (context) => {
        const { type, message } = JSON.parse(context.data);
        if (type === 'chunk') document.getElementById('reply').textContent += message;
        if (type === 'end') { centrifuge.disconnect(); document.title = 'done'; }
      });
      subscription.subscribe();
    });
    centrifuge.connect();
  }
</script>`;

describe('pages in a browser', () => {
  let upstream: FakeUpstream;
  let system: System;
  let browser: Browser;
  const errors: string[] = [];
  const servers: Server[] = [];
  const url = () => system.gateways[0]!.url;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', { ...openAiEnv(upstream), CENTRIFUGE_PORT: '0' });
    upstream.behave({ reply: 'Words that come one by one.', chunkDelayMs: 20 });
    browser = await launchBrowser();
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) server.close();
    await system?.stop();
    await upstream?.close();
  });

  async function open(at: string | { readonly html: string }): Promise<Page> {
    const page = await browser.newPage();
    page.on('pageerror', ({ message }) => errors.push(message));
    await page.route('https://unpkg.com/**', (route) => route.fulfill({ path: CLIENT }));
    if (typeof at === 'string') await page.goto(url() + at);
    else await page.goto(await elsewhere(at.html));
    return page;
  }
  /** The address of a page of another origin. */
  async function elsewhere(html: string): Promise<string> {
    const server = createServer(
      (_, response) => void response.setHeader('content-type', 'text/html').end(html),
    );
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `http://localhost:${(server.address() as AddressInfo).port}/`;
  }
  const replyOf = (page: Page) => page.locator('#reply').textContent();

  test.each(['client.html', 'client-working.html'])('examples/%s shows the reply', async (name) => {
    const page = await open('/examples/');
    await page.click(`a[href*="${name}"]`);
    await page.fill('#message', 'Say something');
    await page.press('#message', 'Enter');
    await page.waitForFunction("document.getElementById('status').textContent === 'end'");
    expect(await replyOf(page)).toBe('Words that come one by one.');
    expect(errors).toEqual([]);
    await page.close();
  });

  test.each([
    ['with EventSource', EVENT_SOURCE_PAGE],
    ['with the Centrifuge client', CENTRIFUGE_PAGE],
  ])('a page from elsewhere %s shows the reply', async (_, html) => {
    const page = await open({ html: html(url(), system.gateways[0]!.furtherUrl!) });
    await page.evaluate('send("Say something")');
    await page.waitForFunction("document.title === 'done'");
    expect(await replyOf(page)).toBe('Words that come one by one.');
    expect(errors).toEqual([]);
    await page.close();
  });

  test('a page talks over /ws', async () => {
    const page = await open('/examples/');
    const said = await page.evaluate(
      (address) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(`${address}/ws?mode=chat`);
          let text = '';
          socket.onmessage = ({ data }) => {
            text += String(data);
            if (text.endsWith('one.')) resolve(text);
          };
          socket.onopen = () => socket.send('Say something');
        }),
      url().replace('http', 'ws'),
    );
    expect(said).toBe('Words that come one by one.');
    expect(errors).toEqual([]);
    await page.close();
  });
});

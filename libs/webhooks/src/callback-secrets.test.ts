import { describe, expect, test } from 'vitest';
import { loadConfig, WebhookSettings } from '#config';
import { CallbackSecrets } from './callback-secrets.js';

const [OLD, NEW] = [1, 2].map((n) => Buffer.alloc(32, n).toString('base64'));
const CALLBACK = { url: 'https://a.test/x', token: 'of-the-receiver', headers: { 'x-key': 'häush' } };

const secretsWith = (keys: string) =>
  new CallbackSecrets(new WebhookSettings(loadConfig({ env: { WEBHOOK_ENCRYPTION_KEYS: keys } }).webhooks));

describe('secrets of callbacks', () => {
  test('lie in the ledger so that they cannot be read there, and come back as they were', () => {
    const secrets = secretsWith(NEW!);
    const sealed = secrets.seal(CALLBACK);
    expect(JSON.stringify(sealed)).not.toMatch(/of-the-receiver|häush/);
    expect(sealed).toMatchObject({ url: CALLBACK.url, sealed: { hasToken: true, headerNames: ['x-key'] } });
    expect(secrets.open(sealed)).toEqual(CALLBACK);
    expect(secrets.seal(CALLBACK).sealed!.text).not.toBe(sealed.sealed!.text);
  });

  test('of an older key are read as long as it is there', () => {
    const sealed = secretsWith(OLD!).seal(CALLBACK);
    expect(secretsWith(`${NEW},${OLD}`).open(sealed)).toEqual(CALLBACK);
    expect(secretsWith(NEW!).open(sealed)).toBeUndefined();
    expect(secretsWith('').open(sealed)).toBeUndefined();
  });

  test('are of one URL, and of nothing that somebody has changed', () => {
    const secrets = secretsWith(NEW!);
    const sealed = secrets.seal(CALLBACK);
    expect(secrets.open({ ...sealed, url: 'https://b.test/x' })).toBeUndefined();
    const { text } = sealed.sealed!;
    const changed = text.slice(0, -2) + (text.endsWith('AA') ? 'BB' : 'AA');
    for (const bad of [changed, 'v1', 'v2.x.y', `${text.slice(0, 12)}`])
      expect(secrets.open({ ...sealed, sealed: { ...sealed.sealed!, text: bad } })).toBeUndefined();
  });

  test('are left as they are without a key, and where there are none', () => {
    const secrets = secretsWith('');
    expect(secrets.seal(CALLBACK)).toEqual(CALLBACK);
    expect(secrets.open(CALLBACK)).toEqual(CALLBACK);
    const bare = { url: CALLBACK.url };
    expect(secretsWith(NEW!).seal(bare)).toEqual(bare);
  });

  test.each(['too-short', Buffer.alloc(31).toString('base64'), '*'.repeat(44)])('%s is no key', (key) => {
    expect(() => secretsWith(key)).toThrow(/32 bytes as base64/);
  });
});

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { FLAWLESS } from '../../support/checker.js';
import { mostAtOnce, query } from '../../support/faults.js';
import { Load } from '../../support/load.js';
import { LIMIT, openScene, type Scene } from '../../support/scene.js';
import { type Behaviour } from '../../upstream/behaviour.js';

const MAX_RETRIES = 4;

/** What the upstream does in turn, each as often as it stands here. */
const TROUBLE: readonly Behaviour[] = [
  { status: 500 },
  { reply: 'echo', firstChunkDelayMs: 200 },
  { status: 429, retryAfterMs: 200 },
  { hangBeforeHeaders: true },
  { reply: 'echo', chunks: 3, cutAfterChunks: 2 },
  { reply: 'echo', chunks: 4, chunkDelayMs: 150 },
  { reply: 'echo', chunks: 3, hangAfterChunks: 1 },
  { reply: 'echo' },
  { status: 503, retryAfterMs: 300 },
  { reply: 'echo', chunks: 3, garbage: true },
  { cutBeforeHeaders: true },
  { reply: 'echo', firstChunkDelayMs: 400 },
];
const ROUNDS = 12;
const HANGS = 2 * ROUNDS;

describe('an upstream that does everything wrong at once', { timeout: 90_000 }, () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await openScene({
      roles: ['api-gateway', 'queue-manager', 'queue-manager', 'scheduler'],
      env: {
        OPENAI_FIRST_TOKEN_TIMEOUT: '900ms',
        OPENAI_IDLE_TIMEOUT: '500ms',
        MESSAGE_MAX_RETRIES: String(MAX_RETRIES),
        MESSAGE_RETRY_BASE: '50ms',
        // A breaker would keep the trouble from coming.
        ENDPOINTS_FAILURES_IN_A_ROW: '1000',
        ENDPOINTS_FAILURE_RATE: '1',
      },
    });
  });
  afterAll(() => scene?.stop());

  test('is asked no more than its limit and the retries allow, and every message ends', async () => {
    const { upstream, checker, client, slots, system } = scene;
    upstream.behave(...Array.from({ length: ROUNDS }, () => TROUBLE).flat(), { reply: 'echo' });
    const talks = await scene.talks(4);
    const load = new Load(checker, client, talks, 40, 'trouble', (n) => ({
      priority: (['realtime', 'high', 'normal', 'low'] as const)[n % 4],
    })).start();
    onTestFinished(() => load.stop());
    const calls = () => upstream.calls().length;
    await eventually(() => expect(calls()).toBeGreaterThan(ROUNDS * TROUBLE.length + 20), {
      timeoutMs: 60_000,
    });
    await load.stop();
    const findings = await checker.settled(60_000);
    expect(findings).toMatchObject(FLAWLESS);
    // Only what hung was asked again without an answer of the upstream.
    expect(findings.duplicates).toBeLessThanOrEqual(HANGS);

    const turnedAway = upstream.calls().filter(({ status }) => status === 429).length;
    expect(turnedAway).toBe(ROUNDS);
    const [sums] = await query<{ messages: number; retries: number; most: number; open_calls: number }>(
      system,
      `SELECT count(*)::int AS messages, sum(retry_count)::int AS retries, max(retry_count) AS most,
              (SELECT count(*)::int FROM provider_calls WHERE state = 'sent') AS open_calls FROM messages`,
    );
    // Each call is a first one, a retry that the message has counted, or one that a limit has turned away.
    expect(calls()).toBe(sums!.messages + sums!.retries + turnedAway);
    expect(sums!.most).toBeLessThanOrEqual(MAX_RETRIES);
    expect(mostAtOnce(upstream.calls())).toBeLessThanOrEqual(LIMIT);
    expect(slots.peak).toBeLessThanOrEqual(LIMIT);
    expect(sums!.open_calls).toBe(0);
  });

  test('a storm of 429 is met by a pause, not by more calls, and costs nobody an attempt', async () => {
    const { upstream, checker, client, system } = scene;
    upstream.clearCalls();
    upstream.behave({ status: 429, retryAfter: 1 });
    const load = new Load(checker, client, await scene.talks(2), 20, 'storm').start();
    onTestFinished(() => load.stop());
    await eventually(() => expect(load.posted).toBeGreaterThan(150), { timeoutMs: 30_000 });
    // The last trouble may have left a pause behind.
    await eventually(() => expect(upstream.calls()).not.toEqual([]));
    await load.stop();
    const first = upstream.calls()[0]!.receivedAt;
    const inStorm = upstream.calls();
    const seconds = (Date.now() - first) / 1_000;
    // In each pause at most one round of the slots.
    expect(inStorm.length).toBeLessThanOrEqual(LIMIT * (Math.ceil(seconds) + 1));
    upstream.behave({ reply: 'echo' });
    const findings = await checker.settled(60_000);
    expect(findings).toMatchObject({ ...FLAWLESS, duplicates: 0 });
    const storm = await query(
      system,
      "SELECT 1 FROM messages WHERE content LIKE 'storm %' AND (retry_count > 0 OR status <> 'completed')",
    );
    expect(storm).toEqual([]);
  });
});

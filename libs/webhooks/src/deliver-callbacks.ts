import { type WebhookSettings } from '#config';
import { taskEventOf } from '#contracts';
import { type CallbackOutbox, type DueDelivery, type Settled } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { atMost, Ticker } from '#runtime';
import { type CallbackSecrets } from './callback-secrets.js';
import { Destinations } from './destinations.js';
import { RetrySchedule } from './retry-schedule.js';
import { type Answered, type SendCallback } from './send-callback.js';

/** Beyond the time that a receiver has, a try is lost after this much more. */
const LEASE_MARGIN_MS = 20_000;

/** At shutdown tries under way have this long; what is cut is made again by another process. */
const PATIENCE_MS = 2_000;

/** A receiver that says so does not want it, now or later. */
const GONE = 410;

const TOO_MANY = 429;

/**
 * Takes events from the outbox and sends them. Several processes do so at once: each delivery is claimed by one of them for
 * the time of a lease, and what it says of a try that was lost meanwhile changes nothing. The number under way is bounded,
 * in all and for each destination, so that what is claimed is also sent at once.
 */
export class DeliverCallbacks {
  readonly #underWay = new Set<Promise<void>>();
  readonly #destinations: Destinations;
  readonly #schedule: RetrySchedule;
  readonly #ticker: Ticker;
  #stopped = false;
  #again = false;
  #claiming: Promise<void> | undefined;

  constructor(
    private readonly outbox: CallbackOutbox,
    private readonly sending: SendCallback,
    private readonly secrets: CallbackSecrets,
    private readonly settings: WebhookSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    const { per_destination, max_open_time, retry_schedule } = settings.value;
    this.#destinations = new Destinations(per_destination, max_open_time);
    this.#schedule = new RetrySchedule(retry_schedule);
    const onError = (err: unknown) => this.log.warn({ err }, 'callbacks could not be claimed');
    this.#ticker = new Ticker(settings.value.poll, () => this.#claim(), onError);
  }

  start(): void {
    this.#stopped = false;
    this.#ticker.start();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ticker.stop();
    await atMost(PATIENCE_MS, Promise.all(this.#underWay));
    await this.sending.close();
  }

  /** Whoever asks while a claim is under way has another one made behind it. */
  #claim(): Promise<void> {
    this.#again = true;
    this.#claiming ??= this.#claimAll().finally(() => {
      this.#claiming = undefined;
    });
    return this.#claiming;
  }

  async #claimAll(): Promise<void> {
    while (this.#again && !this.#stopped) {
      this.#again = false;
      const { concurrency, per_destination: perOrigin, timeout } = this.settings.value;
      const limit = concurrency - this.#underWay.size;
      if (limit <= 0) return;
      const origins = this.#destinations.bounds(performance.now());
      const leaseMs = timeout + LEASE_MARGIN_MS;
      for (const due of await this.outbox.claim({ limit, perOrigin, origins, leaseMs })) this.#launch(due);
    }
  }

  #launch(due: DueDelivery): void {
    const run = this.#deliver(due)
      .catch((err: unknown) => this.log.warn({ err, delivery: due.id }, 'a callback is left to its lease'))
      .then(() => {
        this.#underWay.delete(run);
        this.metrics.callbacksUnderWay.set(this.#underWay.size);
        // What waited for this one, or for its place, need not wait for the next tick.
        void this.#claim().catch(() => undefined);
      });
    this.#underWay.add(run);
    this.metrics.callbacksUnderWay.set(this.#underWay.size);
  }

  async #deliver(due: DueDelivery): Promise<void> {
    if (!due.callback) return this.#settle(due, gone('the message is gone'));
    const callback = this.secrets.open(due.callback);
    if (!callback) return this.#settle(due, this.#judge(due, UNREADABLE));
    const startedAt = performance.now();
    const attempt = this.#destinations.begin(due.origin, startedAt);
    const answered = await this.sending.run(due, callback, bodyOf(due));
    attempt.end(isAlive(answered));
    this.metrics.callbackDuration.observe((performance.now() - startedAt) / 1_000);
    await this.#settle(due, this.#judge(due, answered));
  }

  #judge({ event, tries }: DueDelivery, { status, error, retryAfterMs }: Answered): Settled {
    if (status !== null && status >= 200 && status < 300) return { state: 'delivered', status };
    const delayMs = status === GONE ? undefined : this.#schedule.next(event, tries, retryAfterMs);
    return { state: delayMs === undefined ? 'failed' : 'pending', delayMs: delayMs ?? 0, status, error };
  }

  async #settle(due: DueDelivery, settled: Settled): Promise<void> {
    const { id, event, messageId: message_id, origin, tries } = due;
    const isCurrent = await this.outbox.settle(due, settled);
    const outcome = settled.state === 'pending' ? 'retried' : settled.state;
    this.metrics.callbacks.inc({ event, outcome });
    if (settled.state === 'delivered') return;
    const { status, error: reason } = settled;
    const about = { delivery: id, message_id, event, origin, tries, status, reason, isCurrent };
    if (settled.state === 'failed') this.log.warn(about, 'a callback was given up');
    else this.log.debug(about, 'a callback will be tried again');
  }
}

/** Somebody will put the key back; until then nobody is asked. */
const UNREADABLE: Answered = {
  status: null,
  error: 'no key of webhooks.encryption_keys opens its token and headers',
  retryAfterMs: 0,
};

function gone(error: string): Settled {
  return { state: 'failed', delayMs: 0, status: null, error };
}

/** One that refuses what it is told is alive. */
function isAlive({ status }: Answered): boolean {
  return status !== null && status < 500 && status !== TOO_MANY;
}

function bodyOf({ event: type, ranMs: durationMs, ...due }: DueDelivery): string {
  if (type !== 'dead') return JSON.stringify(taskEventOf({ ...due, type, durationMs }));
  const { messageId: message_id, tenantId: tenant } = due;
  const event = taskEventOf({ ...due, type: 'failed', durationMs });
  return JSON.stringify({ ...event, event_type: type, message_id, tenant });
}

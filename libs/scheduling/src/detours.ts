import { type SchedulerSettings } from '#config';
import { type LanePulse, type WorkerPulse } from '#contracts';
import { type LeftOver, type ScheduleLedger } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type Clock } from '#runtime';
import { type Enqueuer } from '#walk';
import { type Duty } from './leader.js';

/** What the workers tell of a lane. */
type LaneNews = Pick<LanePulse, 'limit' | 'pausedUntilMs'>;

/** What a worker told last. */
interface WorkerNews {
  readonly lanes: WorkerPulse['lanes'];
  readonly atMs: number;
}

/** A lane that opens again sooner than this is waited for. */
const SHORT_PAUSE_MS = 1_000;
/** A worker of which nothing was heard for this long does not count, and a lane of which nobody tells is no place to go to. */
const NEWS_LIFE_MS = 5_000;
/** What waits on an open lane may be this many times the calls that it runs at once before nobody else is sent there. */
const MOST_WAITING = 4;

/**
 * Sends messages that wait for a closed upstream on to their next targets, as many as the open ones can soon take: what
 * stays behind is served where it is when that opens first.
 */
export class Detours implements Duty {
  readonly name = 'detours';
  readonly #workers = new Map<string, WorkerNews>();

  constructor(
    private readonly ledger: ScheduleLedger,
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  observe({ processId, lanes }: WorkerPulse): void {
    this.#workers.set(processId, { lanes, atMs: this.clock.now() });
  }

  async perform(): Promise<void> {
    const { closed, open } = this.#lanes();
    if (closed.length === 0 || open.length === 0) return;
    const waiting = await this.queue.waiting();
    const waits = (lane: string) => Object.values(waiting[lane] ?? {}).reduce((sum, n) => sum + n, 0);
    const room = ([lane, { limit }]: [string, LaneNews]) => Math.max(0, limit * MOST_WAITING - waits(lane));
    let left = Math.min(
      this.settings.value.batch,
      open.reduce((sum, each) => sum + room(each), 0),
    );
    for (const lane of closed) left -= left > 0 ? await this.#clear(lane, closed, left) : 0;
  }

  async #clear(lane: string, closed: readonly string[], most: number): Promise<number> {
    const leftOvers = await this.ledger.divertWaiting(lane, closed, most);
    if (leftOvers.length === 0) return 0;
    this.metrics.diverted.inc({ lane, code: 'lane_paused' }, leftOvers.length);
    this.log.info({ lane, messages: leftOvers.length }, 'messages that wait go to another provider');
    await this.enqueuer.enqueue(await this.ledger.heads(leftOvers.map(({ id }) => id)));
    await Promise.all(leftOvers.map((each) => this.#remove(each)));
    return leftOvers.length;
  }

  /** What stays does no harm: who takes it finds that the message is elsewhere. */
  async #remove({ id, attempt, lane, priority }: LeftOver): Promise<void> {
    await this.queue.remove(id, { lane, priority }, attempt);
  }

  #lanes() {
    const now = this.clock.now();
    const told = [...this.#news(now)];
    const isClosed = ([, { pausedUntilMs }]: [string, LaneNews]) => pausedUntilMs > now + SHORT_PAUSE_MS;
    return {
      closed: told.filter(isClosed).map(([lane]) => lane),
      open: told.filter(([, { pausedUntilMs }]) => pausedUntilMs <= now),
    };
  }

  /**
   * By lane. Every worker knows the same pause sooner or later, and the longest one counts, for as long as it is told: what
   * an operator has put back is open as soon as all of them say so.
   */
  #news(now: number): Map<string, LaneNews> {
    const news = new Map<string, LaneNews>();
    for (const [id, { lanes, atMs }] of this.#workers) {
      if (now - atMs >= NEWS_LIFE_MS) this.#workers.delete(id);
      else
        for (const [lane, { limit, pausedUntilMs }] of Object.entries(lanes)) {
          const known = news.get(lane)?.pausedUntilMs ?? 0;
          news.set(lane, { limit, pausedUntilMs: Math.max(known, pausedUntilMs) });
        }
    }
    return news;
  }
}

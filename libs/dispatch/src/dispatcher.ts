import { setTimeout as delay } from 'node:timers/promises';
import { type QueueSettings, type WorkerSettings } from '#config';
import { type Log } from '#observability';
import { type JobQueue, type Look } from '#queue';
import { atMost } from '#runtime';
import { Alarm } from './alarm.js';
import { type Lanes } from './lanes.js';
import { type Runs } from './runs.js';
import { type Starter } from './starter.js';

/** Jobs taken in one step: enough to fill up fast, few enough that a realtime message is not kept waiting. */
const STEP = 32;
/** After an error of the schedule. */
const PAUSE_MS = 500;
/** A loop that hangs in a schedule that is away is waited for this long at the end. */
const LAST_PATIENCE_MS = 1_000;

/**
 * Starts messages. First it wins a slot on the upstream, then it takes the best job of that moment: so a job never
 * waits in a worker's hands, and what is started is always the best over all bands and processes.
 */
export class Dispatcher {
  readonly #alarm = new Alarm();
  readonly #ended = new AbortController();
  #loop: Promise<void> | undefined;
  #offBell: () => void = () => undefined;

  constructor(
    private readonly queue: JobQueue,
    private readonly lanes: Lanes,
    private readonly starter: Starter,
    private readonly runs: Runs,
    private readonly queueSettings: QueueSettings,
    private readonly workerSettings: WorkerSettings,
    private readonly log: Log,
  ) {}

  async start(): Promise<void> {
    this.#offBell = this.queue.onBell(() => this.#alarm.ring());
    await this.queue.startRecovery();
    this.#loop = this.#run();
  }

  /** Takes nothing new, lets what runs go on for `drain_timeout`, then hands it back. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#offBell();
    this.#alarm.ring();
    await atMost(LAST_PATIENCE_MS, this.#loop);
    await this.runs.drain(this.workerSettings.value.drain_timeout);
  }

  get #stopping(): boolean {
    return this.#ended.signal.aborted;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      try {
        const waitMs = await this.#fill();
        if (waitMs > 0 && !this.#stopping) await this.#alarm.sleep(waitMs);
      } catch (err) {
        this.log.warn({ err }, 'the schedule is away; dispatching goes on when it is back');
        // Whatever rings: each run that ends would only ask again.
        await delay(PAUSE_MS, undefined, { signal: this.#ended.signal }).catch(() => undefined);
      }
    }
  }

  /** One step; answers how long to wait for a ring before the next one, 0: not at all. */
  async #fill(): Promise<number> {
    const { safety_tick, concurrency } = this.queueSettings.value;
    const lanes = this.lanes.asks(this.runs.size);
    if (lanes.every(({ most }) => most === 0)) return safety_tick;
    const look = await this.queue.look({ room: STEP, limit: concurrency, lanes });
    this.lanes.heard(look);
    const taken = await this.starter.start(look, this.#stopping, () => this.#alarm.ring());
    // When all that was ready is taken, what comes next rings: who asks at once is in the way of what has just begun.
    if (taken > 0 && readyIn(look) > taken) return 0;
    return Math.max(1, Math.min(safety_tick, look.nextDueMs ?? safety_tick));
  }
}

function readyIn({ lanes }: Look): number {
  const counts = lanes.flatMap(({ bands }) => Object.values(bands).map(({ ready }) => ready));
  return counts.reduce((sum, ready) => sum + ready, 0);
}

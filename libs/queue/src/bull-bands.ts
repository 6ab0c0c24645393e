import { PRIORITIES } from '#contracts';
import {
  type BullBackend,
  type BullQueue,
  type BullWorker,
  queueName,
  type WorkerTiming,
} from './bull-backend.js';
import { type Band } from './job-queue.js';

export function bandsOf(lanes: readonly string[]): Band[] {
  return lanes.flatMap((lane) => PRIORITIES.map((priority) => ({ lane, priority })));
}

/** The queues and workers of BullMQ, one of each for every band. */
export class BullBands {
  readonly #queues = new Map<string, BullQueue>();
  readonly #workers = new Map<string, BullWorker>();

  constructor(
    private readonly backend: BullBackend,
    private readonly timing: WorkerTiming,
    private readonly onError: (error: Error) => void,
  ) {}

  /**
   * Opens queues while the store is known to be there: one of BullMQ that is opened while its Redis is away hangs in its
   * first call, also when Redis is back.
   */
  async open(lanes: readonly string[]): Promise<void> {
    await Promise.all(bandsOf(lanes).map((band) => this.queue(band).waitUntilReady()));
  }

  queue(band: Band): BullQueue {
    return opened(this.#queues, band, () => {
      const queue = this.backend.openQueue(band);
      queue.on('error', this.onError);
      return queue;
    });
  }

  /** Made on first use: a process that only adds has no workers. */
  worker(band: Band): BullWorker {
    return opened(this.#workers, band, () => {
      const worker = this.backend.openWorker(band, this.timing);
      worker.on('error', this.onError);
      return worker;
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#workers.values()].map((worker) => worker.close(true)));
    await Promise.all([...this.#queues.values()].map((queue) => queue.close()));
  }
}

function opened<T>(known: Map<string, T>, band: Band, open: () => T): T {
  const name = queueName(band);
  const found = known.get(name) ?? open();
  known.set(name, found);
  return found;
}

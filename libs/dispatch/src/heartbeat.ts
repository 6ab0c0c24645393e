import { type QueueSettings } from '#config';
import { type WorkerProcesses } from '#ledger';
import { type Log } from '#observability';
import { type ThisProcess, Ticker } from '#runtime';

/** Signs of life of this worker; when they stop, the leader gives what it runs to others. */
export class Heartbeat {
  readonly #ticker: Ticker;

  constructor(
    private readonly processes: WorkerProcesses,
    private readonly process: ThisProcess,
    settings: QueueSettings,
    log: Log,
  ) {
    this.#ticker = new Ticker(
      settings.value.heartbeat,
      () => processes.beat(process.id),
      (err) => log.warn({ err }, 'the ledger did not take a sign of life'),
    );
  }

  /** Before the first message is taken, so that none is run by a process that nobody watches. */
  async start(): Promise<void> {
    await this.processes.beat(this.process.id);
    this.#ticker.start();
  }

  /** A process that has ended well need not be watched any more. */
  async stop(): Promise<void> {
    await this.#ticker.stop();
    await this.processes.forget(this.process.id).catch(() => undefined);
  }
}

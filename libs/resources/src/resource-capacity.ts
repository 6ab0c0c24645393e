import { type Database } from '#database';
import { type Log } from '#observability';
import { Ticker } from '#runtime';
import { SUM_SLOTS } from './sql/resources.js';

const EVERY_MS = 1_000;

/**
 * How many slots the resources of a lane add up to, read once a second. While the database is away the last answer
 * holds: resources do not die with it.
 */
export class ResourceCapacity {
  readonly #ticker: Ticker;
  #slots: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly database: Database,
    private readonly log: Log,
  ) {
    this.#ticker = new Ticker(EVERY_MS, () => this.refresh(), this.#onError);
  }

  /** Reads once before anything is started on resources that are not there. */
  async start(): Promise<void> {
    await this.refresh().catch(this.#onError);
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  /** What is configured, and no more than the online resources of the lane bring; where none is registered, all of it. */
  limitOf(lane: string, configured: number): number {
    return Math.min(configured, this.#slots.get(lane) ?? configured);
  }

  async refresh(): Promise<void> {
    const rows = await this.database.query<{ lane: string; slots: number }>(SUM_SLOTS);
    const slots = new Map(rows.map((row) => [row.lane, row.slots]));
    for (const lane of new Set([...slots.keys(), ...this.#slots.keys()])) this.#note(lane, slots.get(lane));
    this.#slots = slots;
  }

  #note(lane: string, slots: number | undefined): void {
    if (slots === this.#slots.get(lane)) return;
    this.log.info({ lane, slots: slots ?? null }, 'the resources of a lane bring another number of slots');
  }

  readonly #onError = (err: unknown): void => {
    this.log.debug({ err }, 'could not read the slots of resources; the last known number holds');
  };
}

import { PRIORITIES } from '#contracts';
import { type Database } from '#database';
import { queueName } from '../bull-backend.js';
import { bandsOf } from '../bull-bands.js';
import { type Band, type HeadWaits, type Place } from '../job-queue.js';
import { type HeadRow, MOST_COUNTED, type PlaceRow, SELECT_HEAD_TIMES, SELECT_PLACE } from './places.js';

/** Where jobs stand in the bands in the database. */
export class PostgresPlaces {
  constructor(private readonly database: Database) {}

  async headWaits(lanes: readonly string[]): Promise<Record<string, HeadWaits>> {
    const queues = bandsOf(lanes).map(queueName);
    const rows = await this.database.query<HeadRow>(SELECT_HEAD_TIMES, [queues]);
    const since = new Map(rows.map((row) => [row.queue, row.since]));
    const now = Date.now();
    const waitsOf = (lane: string) =>
      PRIORITIES.flatMap((priority) => {
        const ms = since.get(queueName({ lane, priority })) ?? undefined;
        return ms === undefined ? [] : [[priority, Math.max(0, now - ms)] as const];
      });
    return Object.fromEntries(lanes.map((lane) => [lane, Object.fromEntries(waitsOf(lane))]));
  }

  /** Exact for the first of a band; behind them, how far it is from the first to the last one. */
  async placeOf(band: Band, jobIds: readonly string[]): Promise<Place | undefined> {
    const [row] = await this.database.query<PlaceRow>(SELECT_PLACE, [queueName(band), jobIds]);
    return row && { ahead: row.ahead, part: row.ahead < MOST_COUNTED ? undefined : row.part };
  }
}

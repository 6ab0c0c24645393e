import { PRIORITIES, type Priority } from '#contracts';
import { type RedisConnections } from '#redis';
import { type Band, type HeadWaits, type Place } from '../job-queue.js';
import { bandKeys } from './band-keys.js';
import { HEAD_WAITS, PLACE } from './places.lua.js';

/** Where jobs stand in the bands in Redis. */
export class RedisPlaces {
  constructor(private readonly connections: RedisConnections) {}

  async headWaits(lanes: readonly string[]): Promise<Record<string, HeadWaits>> {
    const keys = lanes.flatMap((lane) => PRIORITIES.flatMap((priority) => this.#keys({ lane, priority })));
    const waits = await HEAD_WAITS.run(this.connections.prompt, keys, []);
    const waitsOf = (i: number) =>
      PRIORITIES.map((priority, band): [Priority, number] => [
        priority,
        waits[i * PRIORITIES.length + band]!,
      ]);
    return Object.fromEntries(
      lanes.map((lane, i) => [lane, Object.fromEntries(waitsOf(i).filter(([, ms]) => ms >= 0))]),
    );
  }

  /** Exact at any depth: the rank in a sorted set. */
  async placeOf(band: Band, jobIds: readonly string[]): Promise<Place | undefined> {
    const ahead = await PLACE.run(this.connections.prompt, this.#keys(band), jobIds);
    return ahead < 0 ? undefined : { ahead, part: undefined };
  }

  #keys(band: Band): [string, string] {
    const { wait, prioritized } = bandKeys(this.connections.prefix, band);
    return [wait, prioritized];
  }
}

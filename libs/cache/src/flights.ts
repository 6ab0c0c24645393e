import { setTimeout as delay } from 'node:timers/promises';

/** What somebody is making. */
export interface Flight<T> {
  /** What came of it; undefined: nothing, or not in this time. Throws the signal's reason when it is aborted. */
  within(ms: number, signal: AbortSignal): Promise<T | undefined>;
}

/** What is being made in this process, so that others can have it too; each is forgotten when it lands. */
export class Flights<T> {
  readonly #flights = new Map<string, Flight<T>>();

  of(key: string): Flight<T> | undefined {
    return this.#flights.get(key);
  }

  /** Answers with what ends the flight; it must be called, and only the first time counts. */
  begin(key: string): (made: T | undefined) => void {
    const { promise, resolve } = Promise.withResolvers<T | undefined>();
    const flight: Flight<T> = { within: (ms, signal) => inTime(promise, ms, signal) };
    this.#flights.set(key, flight);
    return (made) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      resolve(made);
    };
  }
}

async function inTime<T>(made: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  const landed = new AbortController();
  const patience = delay(ms, undefined, { signal: AbortSignal.any([signal, landed.signal]) });
  try {
    return await Promise.race([made, patience]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    landed.abort();
  }
}

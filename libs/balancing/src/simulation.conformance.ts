import { Random } from '#testing';
import { balancing, endpoint, openUpstreams, provider } from './test-provider.conformance.js';

/** How an endpoint answers at a moment. */
export interface Manner {
  readonly firstTokenMs: number;
  readonly interTokenMs: number;
  readonly failing?: boolean;
}

export interface Course {
  readonly seed: number;
  readonly callsPerSecond: number;
  readonly seconds: number;
  readonly endpoints: number;
  /** Of the last endpoint; all others are as usual. */
  readonly last: (second: number) => Manner;
  /** Tokens of a reply, in the mean. */
  readonly tokens?: number;
  /** Whether callers tell of first tokens when they come. */
  readonly telling?: boolean;
}

export const USUAL: Manner = { firstTokenMs: 300, interTokenMs: 20 };
export const SLOW: Manner = { firstTokenMs: 3_000, interTokenMs: 200 };

/** When each call began, and where it went. */
export interface Went {
  readonly second: number;
  readonly to: string;
}

/** Calls in virtual time to endpoints that answer by chance, balanced by `adaptive_load`. */
export function simulate(course: Course): Went[] {
  const { seed, callsPerSecond, seconds, endpoints, telling = true, tokens = 100 } = course;
  const random = new Random(seed);
  const time = new Timeline();
  const upstreams = openUpstreams({ now: () => time.now, random: () => random.next() });
  const ids = Array.from({ length: endpoints }, (_, i) => `e${i + 1}`);
  const strategy = balancing({ strategy: 'adaptive_load' });
  upstreams.configure([provider({ endpoints: ids.map((id) => endpoint(id)), balancing: strategy })]);
  const went: Went[] = [];
  const call = () => {
    const second = time.now / 1_000;
    if (second >= seconds) return;
    time.in(random.exponential(1_000 / callsPerSecond), call);
    const pick = upstreams.pick({ provider: 'p' });
    if (!pick.available) return;
    const to = pick.endpoint.id;
    went.push({ second, to });
    const manner = to === ids.at(-1) ? course.last(second) : USUAL;
    if (manner.failing) return time.in(50, () => pick.done({ result: 'provider_unavailable' }));
    const ttftMs = random.lognormal(manner.firstTokenMs, 0.5);
    const interTokenMs = random.lognormal(manner.interTokenMs, 0.2);
    if (telling) time.in(ttftMs, () => pick.firstToken());
    const totalMs = ttftMs + random.lognormal(tokens, 1) * interTokenMs;
    time.in(totalMs, () => pick.done({ result: 'ok', ttftMs, interTokenMs }));
  };
  call();
  time.run();
  return went;
}

/** Which part of the calls from one second to another went to an endpoint. */
export function shareOf(to: string, went: readonly Went[], from: number, until: number): number {
  const then = went.filter(({ second }) => second >= from && second < until);
  return then.filter((one) => one.to === to).length / then.length;
}

/** What happens, in its order. */
class Timeline {
  now = 0;
  readonly #events: { at: number; happen: () => void }[] = [];

  in(ms: number, happen: () => void): void {
    const at = this.now + ms;
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#events[middle]!.at > at) low = middle + 1;
      else high = middle;
    }
    this.#events.splice(low, 0, { at, happen });
  }

  run(): void {
    for (let event = this.#events.pop(); event; event = this.#events.pop()) {
      this.now = event.at;
      event.happen();
    }
  }
}

import { type KeyRest } from '#contracts';
import { ManualClock, Random } from '#testing';
import { type Outcome } from './outcome.js';
import { type Pick, type PickRequest } from './pick.js';
import { type BalancedProvider } from './pool.js';
import { openUpstreams, provider, TestLog } from './test-provider.conformance.js';

export const OK: Outcome = { result: 'ok' };
export const DOWN: Outcome = { result: 'provider_unavailable' };

/** Whoever calls the provider `p`, in a time that a test moves. */
export function setup(fields: Partial<BalancedProvider> = {}) {
  const clock = new ManualClock();
  const random = new Random(1);
  const log = new TestLog();
  const rests: KeyRest[] = [];
  const upstreams = openUpstreams({ now: () => clock.now(), random: () => random.next() }, log);
  upstreams.onRest = (rest) => rests.push(rest);
  upstreams.configure([provider(fields)]);
  const ask = (request: Partial<PickRequest> = {}) => upstreams.pick({ provider: 'p', ...request });
  const pick = (request: Partial<PickRequest> = {}): Pick => {
    const picked = ask(request);
    if (!picked.available) throw new Error(JSON.stringify(picked));
    return picked;
  };
  const refused = (request: Partial<PickRequest> = {}) => {
    const picked = ask(request);
    if (picked.available) throw new Error(`picked ${picked.endpoint.id}`);
    return picked;
  };
  /** Calls, and where they went. */
  const calls = (count: number, outcome: Outcome = OK, request: Partial<PickRequest> = {}) =>
    Array.from({ length: count }, () => {
      const picked = pick(request);
      picked.done(outcome);
      return picked.endpoint.id;
    });
  const only = (id: string) => ({ exclude: { endpoints: ['a', 'b', 'c'].filter((other) => other !== id) } });
  return { upstreams, clock, log, rests, ask, pick, refused, calls, only };
}

import { type Slots } from '#limits';
import { type ActiveProvider } from '#providers';

/** Until providers are routed there is one upstream. */
const UPSTREAM = 'default';

/** The slots of the upstream that answers, as many as its provider allows over all processes. */
export class UpstreamSlots {
  constructor(
    private readonly slots: Slots,
    private readonly active: ActiveProvider,
  ) {}

  /** Up to `wanted` slots, named by their tokens. */
  win(wanted: number): Promise<string[]> {
    const tokens = Array.from({ length: wanted }, () => crypto.randomUUID());
    return this.slots.acquire(UPSTREAM, this.active.provider.maxConcurrency, tokens);
  }

  renew(tokens: readonly string[]): Promise<void> {
    return this.slots.renew(UPSTREAM, tokens);
  }

  /** True when another process may be waiting for one. */
  giveBack(tokens: readonly string[]): Promise<boolean> {
    return this.slots.release(UPSTREAM, tokens);
  }
}

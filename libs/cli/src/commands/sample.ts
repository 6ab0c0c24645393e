/** Of one message, in ms since it was sent. */
export interface Times {
  readonly acceptedMs: number;
  /** Undefined: its reply had no text. */
  readonly firstMs: number | undefined;
  readonly endMs: number;
  readonly ok: boolean;
}

/** What a load measured. */
export class Sample {
  readonly #times: Times[] = [];

  add(times: Times): void {
    this.#times.push(times);
  }

  get count(): number {
    return this.#times.length;
  }

  figures(tookMs: number) {
    const accepted = this.#times.map(({ acceptedMs }) => acceptedMs);
    const first = this.#times.flatMap(({ firstMs }) => firstMs ?? []);
    const ends = this.#times.map(({ endMs }) => endMs);
    return {
      failed: this.#times.filter(({ ok }) => !ok).length,
      seconds: round(tookMs / 1_000),
      messages_per_second: round((1_000 * this.count) / tookMs),
      accept_p50_ms: quantile(accepted, 0.5),
      accept_p99_ms: quantile(accepted, 0.99),
      first_token_p50_ms: quantile(first, 0.5),
      first_token_p99_ms: quantile(first, 0.99),
      reply_p50_ms: quantile(ends, 0.5),
      reply_p99_ms: quantile(ends, 0.99),
    };
  }
}

/** The nearest rank; null when there is nothing to rank. */
function quantile(values: readonly number[], part: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  return value === undefined ? null : round(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

import { Tempo } from './tempo.js';

/** Each call counts for a tenth; what errors there were is forgotten with time. */
const ERROR_STEP = 0.1;
const ERROR_FADE_MS = 10_000;
const ERRORS_TOLERATED = 0.05;
/** An error ends sooner than an answer: what fails has few calls under way, and must not look idle for that. */
const ERROR_WEIGHT = 10;

/** A call under way. */
export interface LoadTicket {
  readonly startedAt: number;
}

/** What is known of a call only when it has ended, in ms. */
export interface Times {
  readonly ttftMs?: number | undefined;
  readonly interTokenMs?: number | undefined;
}

/** The best that is usual among all candidates, in ms: nobody is excused by always having been slow. */
export interface Usual {
  readonly firstToken: number;
  readonly interToken: number;
}

/** How an endpoint does, from the calls of this process: first tokens, the time between tokens, errors. */
export class EndpointLoad {
  readonly firstToken = new Tempo();
  readonly interToken = new Tempo();
  /** When the last call began. */
  lastBegun = -Infinity;
  /** In the order of their beginning; each of them waits for its first token. */
  readonly #waiting = new Set<LoadTicket>();
  /** Somebody tells of first tokens when they come, so that a long wait for one means something. */
  #isTold = false;
  #errors = 0;
  #errorsAt = 0;

  /** Calls that wait for their first token. */
  get waiting(): number {
    return this.#waiting.size;
  }

  begin(now: number): LoadTicket {
    const ticket = { startedAt: now };
    this.#waiting.add(ticket);
    this.lastBegun = now;
    return ticket;
  }

  /** The first token has come now. */
  first(ticket: LoadTicket, now: number): void {
    this.#isTold = true;
    this.#observeFirst(ticket, now - ticket.startedAt, now);
  }

  succeed(ticket: LoadTicket, now: number, times: Times): void {
    const { ttftMs, interTokenMs } = times;
    if (ttftMs !== undefined) this.#observeFirst(ticket, ttftMs, now);
    this.leave(ticket);
    this.#errors = this.errorRate(now) * (1 - ERROR_STEP);
    this.#errorsAt = now;
    if (interTokenMs !== undefined) this.interToken.observe(interTokenMs, now);
  }

  fail(ticket: LoadTicket, now: number): void {
    this.leave(ticket);
    const before = this.errorRate(now);
    this.#errors = before + (1 - before) * ERROR_STEP;
    this.#errorsAt = now;
  }

  /** It ended in a way that says nothing of the endpoint. */
  leave(ticket: LoadTicket): void {
    this.#waiting.delete(ticket);
  }

  /** From 0 to 1. */
  errorRate(now: number): number {
    return this.#errors * Math.exp(-Math.max(0, now - this.#errorsAt) / ERROR_FADE_MS);
  }

  /** 1: as usual; 3: it should get a third of the work that the others get. */
  pressure(now: number, most: Usual): number {
    const slowness = Math.max(
      this.firstToken.strain(most.firstToken, this.#longestWait(now)),
      this.interToken.strain(most.interToken),
    );
    return slowness * Math.exp(ERROR_WEIGHT * Math.max(0, this.errorRate(now) - ERRORS_TOLERATED));
  }

  /** Only the first word on it counts. */
  #observeFirst(ticket: LoadTicket, ms: number, now: number): void {
    if (this.#waiting.delete(ticket)) this.firstToken.observe(ms, now);
  }

  /** What waits for its first token has waited for at least this long: nobody need wait for its end to see it. */
  #longestWait(now: number): number {
    if (!this.#isTold) return 0;
    for (const { startedAt } of this.#waiting) return now - startedAt;
    return 0;
  }
}

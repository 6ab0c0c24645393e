import { type FastifyReply } from 'fastify';
import { type Verdict } from '#limits';

const LIMIT = 'x-ratelimit-limit-requests';
const REMAINING = 'x-ratelimit-remaining-requests';
const RESET = 'x-ratelimit-reset-requests';

/** Says in the answer how far a caller is from a limit, as OpenAI does; of several limits the nearest. */
export function announce(reply: FastifyReply, { limit, remaining, resetMs }: Verdict): void {
  const announced = reply.getHeader(REMAINING);
  if (announced !== undefined && Number(announced) <= remaining) return;
  void reply.headers({ [LIMIT]: limit, [REMAINING]: remaining, [RESET]: shortDuration(resetMs) });
}

/** `12ms`, `1.5s`, `6m0s`. */
export function shortDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const seconds = Number(((ms % 60_000) / 1_000).toFixed(3));
  return ms < 60_000 ? `${seconds}s` : `${Math.floor(ms / 60_000)}m${seconds}s`;
}

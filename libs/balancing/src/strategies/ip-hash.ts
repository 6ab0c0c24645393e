import { type Candidate, type Client, type Strategy, type StrategyTools } from '../strategy.js';
import { hashOf, mix } from './hash.js';

/**
 * Always the same endpoint for the same client (rendezvous hashing by weight): each endpoint draws a number for the
 * client, and the best one wins. An endpoint that comes or goes moves only the clients that it wins or had.
 */
export class IpHash implements Strategy {
  constructor(private readonly tools: StrategyTools) {}

  pick<C extends Candidate>(candidates: readonly C[], { clientIp, sessionId, userId }: Client): C {
    const who = clientIp ?? sessionId ?? userId;
    const hash = who === undefined ? this.tools.random() * 2 ** 32 : hashOf(who);
    let [best, most] = [candidates[0]!, -Infinity];
    for (const candidate of candidates) {
      const score = scoreOf(candidate, hash);
      if (score > most) [best, most] = [candidate, score];
    }
    return best;
  }
}

/** Of independent draws −weight ÷ ln(u), u even in (0, 1), each is the greatest in proportion to its weight. */
function scoreOf({ id, weight }: Candidate, hash: number): number {
  const even = (mix(hash ^ hashOf(id)) + 0.5) / 2 ** 32;
  return -weight / Math.log(even);
}

/** The right to run calls on an upstream, shared by every process. */
export abstract class Slots {
  /**
   * Takes up to `tokens.length` slots of an upstream of which at most `limit` may be held at once; answers with
   * the tokens that got one. A slot that is not renewed within its lease is free again.
   */
  abstract acquire(upstream: string, limit: number, tokens: readonly string[]): Promise<string[]>;
  abstract renew(upstream: string, tokens: readonly string[]): Promise<void>;
  /** Gives slots back; true when the upstream had none free, so that somebody may be waiting. */
  abstract release(upstream: string, tokens: readonly string[]): Promise<boolean>;
}

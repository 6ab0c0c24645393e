import { createHash } from 'node:crypto';
import { AppError, type Message } from '#contracts';
import { type Database } from '#database';
import { type EarlierMessage, type EarlierMessages, type MessageReader } from '#ledger';
import { type Metrics } from '#observability';

/** How a request says that it may be a repetition. */
export interface RepeatMark {
  /** The client's name for the request; null: it gave none. */
  readonly key: string | null;
  /** Tells equal requests from others; null: nothing is to be remembered. */
  readonly fingerprint: string | null;
  /** A client library repeats it by itself. */
  readonly isRetry: boolean;
}

export const UNMARKED: RepeatMark = { key: null, fingerprint: null, isRetry: false };

/**
 * Finds what a repeated request was answered with, so that it is not done twice. Under a key that is certain, also at the
 * same moment, since the ledger holds a key once. Without one an equal request counts as the same only when a client
 * library says that it repeats, and only for a while.
 */
export class Idempotency {
  constructor(
    private readonly database: Database,
    private readonly earlier: EarlierMessages,
    private readonly reader: MessageReader,
    private readonly metrics: Metrics,
  ) {}

  /** Before anything else is checked: what was accepted once stays accepted. @throws AppError idempotency_mismatch */
  async find(tenantId: string, mark: RepeatMark): Promise<Message | undefined> {
    const { key, fingerprint, isRetry } = mark;
    if (key === null && !(isRetry && fingerprint !== null)) return undefined;
    const earlier = await this.database.answer(() =>
      key === null ? this.earlier.byFingerprint(tenantId, fingerprint!) : this.earlier.byKey(tenantId, key),
    );
    return earlier && this.answer(tenantId, earlier, mark);
  }

  /** The message of an earlier request with the same key. @throws AppError idempotency_mismatch */
  async answer(
    tenantId: string,
    { id, fingerprint }: EarlierMessage,
    mark: Omit<RepeatMark, 'isRetry'>,
  ): Promise<Message> {
    if (fingerprint !== mark.fingerprint)
      throw new AppError(
        'idempotency_mismatch',
        'Another request has used this key; use a new key for each request',
        {
          fields: [{ field: 'idempotency-key', message: `was used for the message ${id}` }],
        },
      );
    this.metrics.replayed.inc({ by: mark.key === null ? 'retry' : 'key' });
    return this.reader.get(tenantId, id);
  }
}

/** SHA-256 of where a request goes and what it says, in whichever order it says it. */
export function fingerprintOf(path: string, request: unknown): string {
  return createHash('sha256').update(canonicalJson({ path, request })).digest('hex');
}

/** JSON with the keys of every object in order (in the spirit of RFC 8785). */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

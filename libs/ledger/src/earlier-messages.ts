import { ANSWER_DEADLINE_MS, type Database, type Statement } from '#database';
import { GroupCommit } from '#runtime';
import * as sql from './sql/earlier-statements.js';

/** A message that was accepted for the same request, or for another one with the same key. */
export interface EarlierMessage {
  readonly id: string;
  readonly fingerprint: string | null;
}

interface Question {
  readonly tenantId: string;
  readonly value: string;
}

interface FoundRow extends EarlierMessage, Record<string, unknown> {
  readonly place: number;
}

const BATCHES = { maxBatch: 1_000, maxInFlight: 2, maxWaiting: 20_000, maxWaitMs: ANSWER_DEADLINE_MS };

/** Finds what a repeated request was answered with; callers at the same time share a question. */
export class EarlierMessages {
  readonly #byKey: GroupCommit<Question, EarlierMessage | undefined>;
  readonly #byFingerprint: GroupCommit<Question, EarlierMessage | undefined>;

  /** An equal request counts as the same one for `windowMs`. */
  constructor(
    private readonly database: Database,
    windowMs: number,
  ) {
    this.#byKey = new GroupCommit((asked) => this.#ask(sql.SELECT_BY_KEYS, asked, []), BATCHES);
    this.#byFingerprint = new GroupCommit(
      (asked) => this.#ask(sql.SELECT_BY_FINGERPRINTS, asked, [windowMs]),
      BATCHES,
    );
  }

  byKey(tenantId: string, key: string): Promise<EarlierMessage | undefined> {
    return this.#byKey.add({ tenantId, value: key });
  }

  byFingerprint(tenantId: string, fingerprint: string): Promise<EarlierMessage | undefined> {
    return this.#byFingerprint.add({ tenantId, value: fingerprint });
  }

  async #ask(
    statement: Statement,
    asked: readonly Question[],
    more: unknown[],
  ): Promise<(EarlierMessage | undefined)[]> {
    const values = [asked.map(({ tenantId }) => tenantId), asked.map(({ value }) => value), ...more];
    const rows = await this.database.query<FoundRow>(statement, values);
    const found = new Map(rows.map(({ place, id, fingerprint }) => [place, { id, fingerprint }]));
    return asked.map((_, i) => found.get(i + 1));
  }
}

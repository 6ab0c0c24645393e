import { AppError, type Caller, type CreateMessage, newId, toAppError } from '#contracts';
import { type InsertedRow, MAX_TOGETHER, type MessageBatches, type NewMessageRow } from '#ledger';
import { type Log } from '#observability';
import { fewAtATime } from '#runtime';
import { type Admission } from './admission.js';
import { type Accepted, type AcceptMessage, type Asked } from './walk.js';

/** One message of a batch: its request, or why it is none. */
export interface BatchItem {
  readonly request: CreateMessage | AppError;
  readonly asked: Asked;
}

export type BatchResult = Accepted | AppError;

/** Of one batch at a time: whatever asks the ledger must be answered in less than a second, its wait for others included. */
const LOOKUPS = 16;

type Committed = ReadonlyMap<string, InsertedRow>;

/** Accepts many messages of one caller: each by itself, all in their order, some hundreds in each commit. */
export class AcceptBatch {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly batches: MessageBatches,
    private readonly admission: Admission,
    private readonly log: Log,
  ) {}

  /** One result for each item, in their order. Never throws. */
  async run(caller: Caller, items: readonly BatchItem[]): Promise<BatchResult[]> {
    const results: BatchResult[] = [];
    while (results.length < items.length) {
      const group = items.slice(results.length, results.length + MAX_TOGETHER);
      const done = await this.#acceptTogether(caller, group);
      results.push(...done);
      const away = done.find(
        (result) => result instanceof AppError && result.code === 'database_unavailable',
      );
      // What comes after it would only wait for a ledger that is away.
      if (away) return [...results, ...items.slice(results.length).map(() => away)];
    }
    return results;
  }

  async #acceptTogether(caller: Caller, items: readonly BatchItem[]): Promise<BatchResult[]> {
    const prepared = (await fewAtATime(LOOKUPS, items, (item) => this.#prepare(caller, item))).map(withNewId);
    const rows = prepared.filter(isRow);
    const committed = await this.#commit(rows);
    if (committed instanceof AppError) return prepared.map((each) => (isRow(each) ? committed : each));
    const done = await this.#finish(rows, committed);
    return prepared.map((each) => (isRow(each) ? done.get(each.id)! : each));
  }

  async #prepare(caller: Caller, { request, asked }: BatchItem): Promise<BatchResult | NewMessageRow> {
    if (request instanceof AppError) return request;
    return this.#settled(() => this.accept.prepare(caller, request, asked));
  }

  /** An error that is the fault of one row leaves all of them to be inserted one by one. */
  async #commit(rows: readonly NewMessageRow[]): Promise<Committed | AppError> {
    if (rows.length === 0) return new Map();
    try {
      return await this.admission.inTime(this.batches.insert(rows));
    } catch (error) {
      return error instanceof AppError ? error : new Map();
    }
  }

  /** What was left out of the commit is inserted again by itself, which tells why; turns keep their order. */
  async #finish(rows: readonly NewMessageRow[], committed: Committed): Promise<Map<string, BatchResult>> {
    const done = new Map<string, BatchResult>();
    for (const row of rows) {
      const inserted = committed.get(row.id);
      if (inserted) done.set(row.id, this.accept.committed(row, inserted));
    }
    const left = rows.filter(({ id }) => !committed.has(id));
    const chains = Map.groupBy(left, ({ id, conversation_id }) => conversation_id ?? id);
    await fewAtATime(LOOKUPS, [...chains.values()], (chain) => this.#insertInOrder(chain, done));
    return done;
  }

  async #insertInOrder(chain: readonly NewMessageRow[], done: Map<string, BatchResult>): Promise<void> {
    for (const row of chain) done.set(row.id, await this.#settled(() => this.accept.insert(row)));
  }

  async #settled<T>(work: () => Promise<T>): Promise<T | AppError> {
    try {
      return await work();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'internal') this.log.error({ err: thrown }, 'a message of a batch failed');
      return error;
    }
  }
}

/** Ids in the order of the batch, since turns follow ids and preparing may have taken the rows differently long. */
function withNewId(each: BatchResult | NewMessageRow): BatchResult | NewMessageRow {
  if (!isRow(each)) return each;
  const row: NewMessageRow = each;
  return { ...row, id: newId('msg') };
}

function isRow(each: BatchResult | NewMessageRow): each is NewMessageRow {
  return 'idempotency_key' in each;
}

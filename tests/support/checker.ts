import { eventually } from '#testing';
import { type UpstreamCall } from '../upstream/call-log.js';
import { type Client } from './client.js';
import { query } from './faults.js';
import { type System } from './system.js';

const FINAL = ['completed', 'failed', 'timeout', 'cancelled'];

/** Outcomes by which the upstream itself says that this call said nothing of worth. */
const FRUITLESS = ['error', 'cut'];

interface Row {
  readonly id: string;
  readonly content: string;
  readonly status: string;
  readonly conversation_id: string | null;
  readonly turn: number | null;
  readonly dead: boolean;
  readonly replies: number;
  readonly reply: string | null;
}

/** What a system did with what it was given. Contents are named, not ids, so that a failure can be read. */
export interface Findings {
  /** Accepted, and not ended, or not in the ledger at all. */
  readonly lost: string[];
  /** Ended, with another number of reply rows or dead letters than its status asks for. */
  readonly wrongEnd: string[];
  /** In the ledger or at the upstream, and never asked for, or refused for certain. */
  readonly phantoms: string[];
  /** Turns that were asked before the one before them was answered, as "earlier > later". */
  readonly outOfOrder: string[];
  /** Fruitful calls past the first one of each message. */
  readonly duplicates: number;
}

/** What of the fake upstream is looked at; it may also be in another process. */
export interface EffectLog {
  calls(): readonly UpstreamCall[] | Promise<readonly UpstreamCall[]>;
}

/** Nothing went wrong; `duplicates` is judged by itself. */
export const FLAWLESS = { lost: [], wrongEnd: [], phantoms: [], outOfOrder: [] };

/**
 * Keeps the log of what was accepted, and holds it against the effect log of the fake upstream and against the ledger.
 * Every message has a content of its own, which the upstream echoes: by it a call belongs to a message.
 */
export class Checker {
  /** By content. */
  readonly accepted = new Map<string, string>();
  /** Nobody heard what became of them: they may have been committed. */
  readonly unsure = new Set<string>();
  readonly refused = new Set<string>();

  constructor(
    private readonly system: System,
    private readonly upstream: EffectLog,
  ) {}

  /** Posts a message and writes down what was promised; answers with the status, 0 when there was no answer. */
  async post(
    client: Client,
    content: string,
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<number> {
    this.unsure.add(content);
    try {
      const { conversation_id, ...rest } = extra;
      const path =
        typeof conversation_id === 'string' ? `conversations/${conversation_id}/messages` : 'messages';
      const body = { ...(path === 'messages' && { user_id: 'u' }), content, ...rest };
      const answer = await client.post(`/api/v1/${path}`, body);
      this.#note(content, answer.status, answer.body as { id?: string } | null);
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** A message that must be accepted; answers with its id. */
  async send(
    client: Client,
    content: string,
    extra: Readonly<Record<string, unknown>> = {},
  ): Promise<string> {
    const status = await this.post(client, content, extra);
    if (status !== 201) throw new Error(`not accepted: ${status}`);
    return this.accepted.get(content)!;
  }

  /** A 5xx is no promise, and no proof either: the answer to the commit may have got lost. */
  #note(content: string, status: number, body: { id?: string } | null): void {
    if (status >= 500) return;
    this.unsure.delete(content);
    if (status === 201) this.accepted.set(content, body!.id!);
    else this.refused.add(content);
  }

  /** Once nothing in the ledger is open any more, and no call runs. */
  async settled(timeoutMs = 30_000): Promise<Findings> {
    await eventually(
      async () => {
        const open = (await this.#rows()).filter(({ status }) => !FINAL.includes(status));
        const running = (await this.upstream.calls()).filter(({ outcome }) => outcome === null);
        const what = open.map(({ content, status }) => `${content}: ${status}`).slice(0, 10);
        if (open.length > 0) throw new Error(`${open.length} messages are open: ${what.join(', ')}`);
        if (running.length > 0) throw new Error(`${running.length} calls run`);
      },
      { timeoutMs, everyMs: 100 },
    );
    return this.findings();
  }

  async findings(): Promise<Findings> {
    const rows = await this.#rows();
    const byContent = new Map(rows.map((row) => [row.content, row]));
    const calls = Map.groupBy(await this.upstream.calls(), ({ messages }) => messages.at(-1)?.text ?? '');
    return {
      lost: [...this.accepted.keys()].filter(
        (content) => !FINAL.includes(byContent.get(content)?.status ?? ''),
      ),
      wrongEnd: rows.filter((row) => !endedWell(row)).map(({ content, status }) => `${content}: ${status}`),
      phantoms: [...new Set([...byContent.keys(), ...calls.keys()])].filter(
        (content) => !this.accepted.has(content) && !this.unsure.has(content),
      ),
      outOfOrder: outOfOrder(rows, calls),
      duplicates: [...calls.values()].reduce(
        (sum, some) => sum + Math.max(0, some.filter(isFruitful).length - 1),
        0,
      ),
    };
  }

  #rows(): Promise<Row[]> {
    return query<Row & object>(
      this.system,
      `SELECT m.id, m.content, m.status, m.conversation_id, m.turn, r.content AS reply,
              EXISTS (SELECT 1 FROM dead_letters d WHERE d.message_id = m.id) AS dead,
              (SELECT count(*)::int FROM replies r WHERE r.message_id = m.id) AS replies
         FROM messages m LEFT JOIN replies r ON r.message_id = m.id WHERE m.lane = 'openai'`,
    );
  }
}

function endedWell({ status, content, reply, replies, dead }: Row): boolean {
  if (!FINAL.includes(status)) return true;
  if (status === 'completed') return replies === 1 && !dead && reply === content;
  return replies <= (status === 'cancelled' ? 1 : 0) && dead === (status !== 'cancelled');
}

function isFruitful({ outcome }: UpstreamCall): boolean {
  return !FRUITLESS.includes(outcome ?? '');
}

/** No turn may be asked before a call for the turn before it has gone through. */
function outOfOrder(rows: readonly Row[], calls: ReadonlyMap<string, readonly UpstreamCall[]>): string[] {
  const conversations = Map.groupBy(
    rows.filter(({ conversation_id, turn }) => conversation_id !== null && turn !== null),
    ({ conversation_id }) => conversation_id!,
  );
  return [...conversations.values()].flatMap((turns) => {
    const inOrder = turns.toSorted((a, b) => a.turn! - b.turn!);
    return inOrder.slice(1).flatMap((later, i) => {
      const earlier = inOrder[i]!;
      if (earlier.status !== 'completed') return [];
      const answered = Math.min(
        ...(calls.get(earlier.content) ?? [])
          .filter(({ outcome }) => outcome === 'completed')
          .map(({ finishedAt }) => finishedAt!),
      );
      const asked = Math.min(...(calls.get(later.content) ?? []).map(({ receivedAt }) => receivedAt));
      return asked < answered ? [`${earlier.content} > ${later.content}`] : [];
    });
  });
}

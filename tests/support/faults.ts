import { Client as PostgresClient } from 'pg';
import { eventually } from '#testing';
import { type UpstreamCall } from '../upstream/call-log.js';
import { type FakeUpstream } from '../upstream/fake-upstream.js';
import { type Answer, type Client, type StreamEvent } from './client.js';
import { type Member, type System } from './system.js';

const FINAL = ['completed', 'failed', 'timeout', 'cancelled'];

/** The calls that asked for this text. */
export function callsFor(upstream: FakeUpstream, content: string): UpstreamCall[] {
  return upstream.calls().filter(({ messages }) => messages.at(-1)?.text === content);
}

/** Most of these calls that ran at the same time. */
export function mostAtOnce(calls: readonly UpstreamCall[]): number {
  const steps = calls.flatMap(({ receivedAt, finishedAt }) => [
    { at: receivedAt, step: 1 },
    { at: finishedAt ?? Infinity, step: -1 },
  ]);
  let running = 0;
  let most = 0;
  // Of the same millisecond the ends come first: an end is logged before the client can hear of it.
  for (const { step } of steps.toSorted((a, b) => a.at - b.at || a.step - b.step)) {
    running += step;
    most = Math.max(most, running);
  }
  return most;
}

/** One statement on the ledger of a system with a Postgres. */
export async function query<R extends object>(
  system: System,
  text: string,
  values: unknown[] = [],
): Promise<R[]> {
  const client = new PostgresClient({ connectionString: system.env['DATABASE_URL'] });
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** A gauge or counter without labels; 0 where it was never set. */
export async function metric({ url }: Member, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** How many messages run in each of these processes, once that is `total` in all. */
export function running(members: readonly Member[], total: number): Promise<number[]> {
  return eventually(async () => {
    const counts = await Promise.all(members.map((member) => metric(member, 'llm_active_tasks')));
    const sum = counts.reduce((a, b) => a + b, 0);
    if (sum !== total) throw new Error(`${sum} messages run, not ${total}`);
    return counts;
  });
}

/** The worker that runs the only running message. */
export async function onlyRunner(members: readonly Member[]): Promise<Member> {
  const counts = await running(members, 1);
  return members[counts.indexOf(1)]!;
}

/** The messages once all of them have ended; also across a time in which nobody answers. */
export async function allEnded(
  client: () => Client,
  ids: readonly string[],
  timeoutMs = 20_000,
): Promise<Answer['body'][]> {
  const endsAt = performance.now() + timeoutMs;
  const bodies: Answer['body'][] = [];
  for (const id of ids) {
    const check = async () => {
      const { status, body } = await client().get(`/api/v1/messages/${id}`);
      if (status !== 200 || !FINAL.includes(body.status as string))
        throw new Error(`message not ended: ${status} ${JSON.stringify(body)}`);
      return body;
    };
    bodies.push(await eventually(check, { timeoutMs: endsAt - performance.now(), everyMs: 50 }));
  }
  return bodies;
}

export interface Timed<T> {
  readonly value: T;
  readonly ms: number;
}

export async function timed<T>(work: () => Promise<T>): Promise<Timed<T>> {
  const startedAt = performance.now();
  const value = await work();
  return { value, ms: performance.now() - startedAt };
}

/** Reads as a client that reconnects with its last event id until it has seen the end; `events` grows meanwhile. */
export async function readThrough(
  client: Client,
  id: string,
  events: StreamEvent[] = [],
  timeoutMs = 25_000,
): Promise<StreamEvent[]> {
  await eventually(
    async () => {
      for await (const event of client.stream(id, events.at(-1)?.id)) events.push(event);
      if (events.at(-1)?.event !== 'end') throw new Error(`the stream of ${id} broke off`);
    },
    { timeoutMs, everyMs: 100 },
  );
  return events;
}

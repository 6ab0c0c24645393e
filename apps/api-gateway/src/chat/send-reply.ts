import { setTimeout as delay } from 'node:timers/promises';
import { AppError, type ErrorCode, type Failure, type Message, type ReplyEvent } from '#contracts';
import { type Socket } from '#sockets';
import { type ReplyFeed } from '../reply-feed.js';
import { type Growth, GrowingText } from '../growing-text.js';

/** Longest text of one frame, so that a long reply waits for a slow reader in between. */
const MAX_FRAME = 32_768;

/** What passes by itself while the reply goes on. */
const PASSING: readonly ErrorCode[] = ['redis_unavailable', 'database_unavailable', 'stream_lost'];

/** When nothing can be read for so long it is given up. */
const PATIENCE_MS = 300_000;
const RETRY_MS = 1_000;

type Which = Pick<Message, 'tenantId' | 'id'>;

/** How far a reply was read. */
class Progress {
  readonly text = new GrowingText();
  after = 0;
  at = performance.now();
}

/** Sends a reply as plain text, frame by frame, as fast as the client reads, and goes on where it was after an outage. */
export class SendReply {
  constructor(private readonly feed: ReplyFeed) {}

  /**
   * Resolves when the reply has ended, or the signal aborts; without a socket it is only waited for.
   * @throws AppError redis_unavailable, stream_lost, database_unavailable
   */
  async run(socket: Socket | undefined, which: Which, signal: AbortSignal): Promise<void> {
    const progress = new Progress();
    while (!signal.aborted) {
      try {
        return await this.#read(socket, which, progress, signal);
      } catch (error) {
        if (!isPassing(error) || performance.now() - progress.at > PATIENCE_MS) throw error;
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #read(
    socket: Socket | undefined,
    { tenantId, id }: Which,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    for await (const batch of (await this.feed.open(tenantId, id, progress.after, signal)) ?? []) {
      progress.at = performance.now();
      if ('silent' in batch) continue;
      for (const { seq, event } of batch) {
        progress.after = seq;
        const growth = progress.text.take(event);
        if (socket) await tell(socket, growth, event);
      }
    }
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof AppError && PASSING.includes(error.code);
}

async function tell(socket: Socket, { text, startsAnew }: Growth, event: ReplyEvent): Promise<void> {
  if (startsAnew) socket.send('restart: the answer begins again');
  for (const frame of framesOf(text)) {
    socket.send(frame);
    if (socket.isFull) await socket.drained();
  }
  if (event.type === 'end' && event.error) socket.send(errorFrame(event.error));
}

/** What a person can read and a program can tell from an answer. */
export function errorFrame({ code, message }: Failure): string {
  return `error: ${code}: ${message}`;
}

/** Never between the two halves of a character. */
export function* framesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    let end = start + MAX_FRAME;
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    yield text.slice(start, end);
    start = end;
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

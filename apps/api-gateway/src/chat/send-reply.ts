import { type Failure, type Message, type ReplyEvent } from '#contracts';
import { type Socket } from '#sockets';
import { type ReplyFeed } from '../reply-feed.js';
import { type Growth, GrowingText } from './growing-text.js';

/** Longest text of one frame, so that a long reply waits for a slow reader in between. */
const MAX_FRAME = 32_768;

/** Sends a reply as plain text, frame by frame, as fast as the client reads. */
export class SendReply {
  constructor(private readonly feed: ReplyFeed) {}

  /**
   * Resolves when the reply has ended, or the signal aborts; without a socket it is only waited for.
   * @throws AppError redis_unavailable, stream_lost, database_unavailable
   */
  async run(
    socket: Socket | undefined,
    { tenantId, id }: Pick<Message, 'tenantId' | 'id'>,
    signal: AbortSignal,
  ): Promise<void> {
    const text = new GrowingText();
    for await (const batch of (await this.feed.open(tenantId, id, 0, signal)) ?? []) {
      if ('silent' in batch || !socket) continue;
      for (const { event } of batch) await tell(socket, text.take(event), event);
    }
  }
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

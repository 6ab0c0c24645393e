import { once } from 'node:events';
import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { type FastifyReply } from 'fastify';
import { type ReplyEntry, type ReplyEvent } from '#contracts';

/** Browsers reconnect after this many ms. */
const RETRY_MS = 2_000;

const frames = new WeakMap<ReplyEntry, string>();

/** An event on the wire; made once, however many readers get it. */
export function frameOf(entry: ReplyEntry): string {
  let frame = frames.get(entry);
  if (frame === undefined) {
    const { type, ...rest } = wireFormat(entry.event);
    frame = `id: ${entry.seq}\nevent: ${type}\ndata: ${JSON.stringify({ seq: entry.seq, ...rest })}\n\n`;
    frames.set(entry, frame);
  }
  return frame;
}

function wireFormat(event: ReplyEvent): { type: string } & Record<string, unknown> {
  if (event.type !== 'end') return { ...event };
  const { finishReason, usage, ...rest } = event;
  return {
    ...rest,
    ...(finishReason !== undefined && { finish_reason: finishReason }),
    ...(usage && {
      usage: {
        prompt_tokens: usage.promptTokens,
        completion_tokens: usage.completionTokens,
        total_tokens: usage.promptTokens + usage.completionTokens,
      },
    }),
  };
}

/** A stream of server-sent events to one client, which waits for a slow one and closes a stuck one. */
export class EventStream {
  constructor(
    private readonly response: ServerResponse,
    private readonly writeTimeoutMs: number,
  ) {}

  /** Takes an answer over, with the headers that it has by now: the request id, and how far the caller is from its limits. */
  static over(reply: FastifyReply, writeTimeoutMs: number, greeting?: string): EventStream {
    const headers = reply.getHeaders() as OutgoingHttpHeaders;
    reply.hijack();
    const stream = new EventStream(reply.raw, writeTimeoutMs);
    stream.open(headers, greeting);
    return stream;
  }

  /** Headers that no proxy on the way may buffer, compress or keep; and how soon to come back, for who resumes. */
  open(headers: Readonly<OutgoingHttpHeaders>, greeting = `retry: ${RETRY_MS}\n\n`): void {
    this.response.socket?.setNoDelay(true);
    this.response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
    });
    if (greeting === '') this.response.flushHeaders();
    else this.response.write(greeting);
  }

  async events(entries: readonly ReplyEntry[]): Promise<void> {
    await this.write(entries.map(frameOf).join(''));
  }

  async comment(text: string): Promise<void> {
    await this.write(`: ${text}\n\n`);
  }

  end(): void {
    this.response.end();
  }

  /** Whole frames. A reader that takes nothing for too long is closed: it loses nothing, since it can resume. */
  async write(text: string): Promise<void> {
    if (text === '' || this.response.destroyed || this.response.write(text)) return;
    try {
      await once(this.response, 'drain', { signal: AbortSignal.timeout(this.writeTimeoutMs) });
    } catch {
      this.response.destroy();
    }
  }
}

/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Between two events; it may come in two pieces itself. */
const BREAK = /\r\n\r\n|\n\n/;
const SEAM = 3;

/** An event with more than this is none of the queue's. */
const MOST_CHARACTERS = 64_000_000;

/**
 * The events of a stream.
 * @throws Error when nothing at all comes for `silenceMs`, not even a comment
 */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
  silenceMs: number,
): AsyncGenerator<ServerSentEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let seam = '';
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await inTime(reader.read(), silenceMs);
      if (done) return;
      const text = decoder.decode(value, { stream: true });
      const isWhole = BREAK.test(seam + text);
      pieces.push(text);
      seam = (seam + text).slice(-SEAM);
      length += text.length;
      if (length > MOST_CHARACTERS) throw new Error('The server sends an event without end');
      // A long event comes in many pieces, which are put together once.
      if (!isWhole) continue;
      const frames = pieces.join('').split(BREAK);
      const rest = frames.pop()!;
      [pieces, length, seam] = [[rest], rest.length, rest.slice(-SEAM)];
      for (const frame of frames) yield* eventOf(frame);
    }
  } finally {
    // Also when the reader leaves: the server need not go on sending.
    await reader.cancel().catch(() => undefined);
  }
}

/** Comments and the like are no events. */
function* eventOf(frame: string): Generator<ServerSentEvent> {
  const fields: Record<string, string> = {};
  for (const line of frame.split(/\r?\n/)) {
    const [, name, value] = /^(\w+): ?(.*)$/s.exec(line) ?? [];
    if (name === undefined) continue;
    fields[name] = name === 'data' && fields['data'] !== undefined ? `${fields['data']}\n${value}` : value!;
  }
  const { id = '', event = 'message', data } = fields;
  if (data !== undefined) yield { id, event, data };
}

async function inTime<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The stream was silent for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

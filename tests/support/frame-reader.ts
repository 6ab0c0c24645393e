import { eventually } from '#testing';
import { type Json } from './closed-schema.js';

interface Push extends Json {
  readonly channel?: string;
}

/** A client of the Centrifuge protocol that keeps every message as it came over the wire. */
export class FrameReader {
  readonly frames: Json[] = [];
  /** The answers to subscriptions, by their channel. */
  readonly subscriptions = new Map<string, Json>();
  #lastId = 0;

  private constructor(private readonly socket: WebSocket) {
    socket.addEventListener('message', ({ data }) => {
      for (const line of (data as string).split('\n')) this.#take(JSON.parse(line) as Json);
    });
  }

  static async open(url: string): Promise<FrameReader> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/connection/websocket`);
    const reader = new FrameReader(socket);
    await new Promise((resolve, reject) => {
      socket.addEventListener('open', resolve);
      socket.addEventListener('error', () => reject(new Error('not let in')));
    });
    return reader;
  }

  /** The answer to a command. */
  async ask(command: Json): Promise<Json> {
    const id = (this.#lastId += 1);
    this.socket.send(JSON.stringify({ id, ...command }));
    const answer = await eventually(() => {
      const found = this.frames.find((frame) => frame['id'] === id);
      if (!found) throw new Error(`no answer to ${JSON.stringify(command)}`);
      return found;
    });
    const { channel } = (command['subscribe'] ?? {}) as { readonly channel?: string };
    if (channel !== undefined) this.subscriptions.set(channel, (answer['subscribe'] ?? {}) as Json);
    return answer;
  }

  /** What was pushed of a channel. */
  pushes(channel: string, kind: 'pub' | 'join' | 'leave'): unknown[] {
    return this.frames
      .map(({ push }) => push as Push | undefined)
      .filter((push) => push?.channel === channel && kind in push)
      .map((push) => push![kind]);
  }

  /** The data of everything that was published in a channel, what came with the subscription included. */
  publications(channel: string): unknown[] {
    const first = (this.subscriptions.get(channel)?.['publications'] ?? []) as Json[];
    return [...first, ...(this.pushes(channel, 'pub') as Json[])].map(({ data }) => data);
  }

  leave(): void {
    this.socket.close();
  }

  #take(frame: Json): void {
    this.frames.push(frame);
    // A ping.
    if (Object.keys(frame).length === 0) this.socket.send('{}');
  }
}

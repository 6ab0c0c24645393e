import { randomUUID } from 'node:crypto';
import { type Clock, Listeners } from '#runtime';
import { type HistoryPage, type Position } from '../channel-source.js';
import { type ClientInfo } from '../client.js';
import { type Move, moveOf, type Publication, publicationOf } from '../protocol/publication.js';
import { Broker, type HistoryAsk, type Listener, POSITION_MS, PRESENCE_MS } from './broker.js';
import { type ChannelRules } from './rules.js';

interface Stream {
  readonly epoch: string;
  offset: number;
  publications: Publication[];
  expiresAt: number;
}

interface Presence {
  readonly info: ClientInfo;
  expiresAt: number;
}

/** Past either bound what was published in the longest unused channels is forgotten. */
const MAX_STREAMS = 10_000;
const MAX_CHARACTERS = 32_000_000;

/** General channels in the memory of the only process. */
export class MemoryBroker extends Broker {
  /** The longest unused one first. */
  readonly #streams = new Map<string, Stream>();
  readonly #presence = new Map<string, Map<string, Presence>>();
  readonly #listeners = new Listeners<Listener>();
  #characters = 0;

  constructor(private readonly clock: Clock) {
    super();
  }

  publish(key: string, body: string, { historySize, historyMs }: ChannelRules): Promise<Position> {
    if (historySize === 0) {
      this.#tell(key, publicationOf(body, 0));
      return Promise.resolve({ offset: 0, epoch: '' });
    }
    const stream = this.#stream(key);
    this.#dropExpired(stream);
    stream.offset += 1;
    const publication = publicationOf(body, stream.offset);
    stream.publications.push(publication);
    this.#characters += publication.text.length;
    if (stream.publications.length > historySize)
      this.#forget(stream, stream.publications.length - historySize);
    stream.expiresAt = this.clock.now() + historyMs;
    this.#makeRoom();
    this.#tell(key, publication);
    return Promise.resolve({ offset: stream.offset, epoch: stream.epoch });
  }

  history(key: string, { after = 0, limit, reverse }: HistoryAsk): Promise<HistoryPage> {
    const stream = this.#stream(key);
    this.#dropExpired(stream);
    const { offset, epoch, publications } = stream;
    const wanted = reverse
      ? publications.filter((each) => after === 0 || each.offset < after).toReversed()
      : publications.filter((each) => each.offset > after);
    return Promise.resolve({ offset, epoch, publications: wanted.slice(0, limit) });
  }

  listen(key: string, listener: Listener): Promise<() => void> {
    this.#listeners.add(key, listener);
    return Promise.resolve(() => void this.#listeners.remove(key, listener));
  }

  enter(key: string, info: ClientInfo): Promise<void> {
    const there = this.#presence.get(key) ?? new Map<string, Presence>();
    this.#presence.set(key, there);
    there.set(info.client, { info, expiresAt: this.clock.now() + PRESENCE_MS });
    return Promise.resolve();
  }

  leave(key: string, clientId: string): Promise<void> {
    const there = this.#presence.get(key);
    if (there?.delete(clientId) && there.size === 0) this.#presence.delete(key);
    return Promise.resolve();
  }

  tellMove(key: string, move: Move, info: ClientInfo): Promise<void> {
    this.#tell(key, moveOf(move, info));
    return Promise.resolve();
  }

  present(key: string): Promise<readonly ClientInfo[]> {
    const now = this.clock.now();
    const there = [...(this.#presence.get(key)?.values() ?? [])];
    return Promise.resolve(there.filter(({ expiresAt }) => expiresAt > now).map(({ info }) => info));
  }

  takeFrames(): void {
    // There is nobody to take them from.
  }

  /** There is no other process. */
  forwardFrame(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #tell(key: string, publication: Publication): void {
    for (const listener of this.#listeners.of(key)) listener.push(publication);
  }

  #stream(key: string): Stream {
    const known = this.#streams.get(key);
    const now = this.clock.now();
    const isFresh = known !== undefined && now - known.expiresAt < POSITION_MS;
    const stream = isFresh
      ? known
      : { epoch: randomUUID().slice(0, 8), offset: 0, publications: [], expiresAt: now };
    this.#streams.delete(key);
    this.#streams.set(key, stream);
    if (this.#streams.size > MAX_STREAMS) this.#forgetOldest();
    return stream;
  }

  #dropExpired(stream: Stream): void {
    if (stream.expiresAt <= this.clock.now()) this.#forget(stream, stream.publications.length);
  }

  #forget(stream: Stream, count: number): void {
    for (const { text } of stream.publications.splice(0, count)) this.#characters -= text.length;
  }

  #makeRoom(): void {
    while (this.#characters > MAX_CHARACTERS && this.#streams.size > 1) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [key, stream] = this.#streams.entries().next().value!;
    this.#forget(stream, stream.publications.length);
    this.#streams.delete(key);
  }
}

import { once } from 'node:events';
import { type AddressInfo, createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What the way does to what is sent over it, from now on; `{}` is a good one. */
export interface Weather {
  /** Everything arrives so much later. */
  readonly latencyMs?: number;
  /** Nothing arrives, and nobody is told; what was sent arrives when this is over. */
  readonly blackHole?: boolean;
  /** The part of what is sent that breaks its connection instead of arriving. */
  readonly resets?: number;
  /** That an end has closed is passed on so much later. */
  readonly closeDelayMs?: number;
}

/** One connection and the one that stands for it on the other side. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** It is forgotten on the way: neither end hears anything of the other any more. */
  forgotten: boolean;
}

/** A way between a process and its store, with weather. */
export class TcpProxy {
  readonly #pairs = new Set<Pair>();
  readonly #server: Server;
  #weather: Weather = {};
  #changed = Promise.withResolvers<void>();

  private constructor(private readonly target: number) {
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => this.#open(near));
  }

  /** To this port of this machine. */
  static async start(target: number): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The URL of a store as it is reached through here. */
  url(of: string): string {
    const url = new URL(of);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  weather(weather: Weather): void {
    this.#weather = weather;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  /** Breaks every connection, with a reset to both ends. */
  resetAll(): void {
    for (const pair of this.#pairs) breakOff(pair);
  }

  /** Ends every connection in order, as a store does that sheds its clients. */
  endAll(): void {
    for (const { far } of this.#pairs) far.destroy();
  }

  /** Forgets every connection of now, as a firewall does; new ones work. */
  forgetAll(): void {
    for (const pair of this.#pairs) {
      pair.forgotten = true;
      pair.far.destroy();
    }
  }

  async stop(): Promise<void> {
    this.weather({});
    for (const { near, far } of this.#pairs) for (const end of [near, far]) end.destroy();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #open(near: Socket): void {
    const far = connect({ port: this.target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const pair: Pair = { near, far, forgotten: false };
    this.#pairs.add(pair);
    for (const end of [near, far]) end.on('error', () => undefined);
    near.once('close', () => {
      this.#pairs.delete(pair);
      far.destroy();
    });
    far.once('close', () => void this.#close(pair));
    void this.#carry(near, far, pair);
    void this.#carry(far, near, pair);
  }

  /** The process hears that the store's end is closed. */
  async #close({ near, forgotten }: Pair): Promise<void> {
    await delay(this.#weather.closeDelayMs ?? 0);
    if (!forgotten) near.destroy();
  }

  /** Carries bytes one way, in their order, through the weather of each moment. */
  async #carry(from: Socket, to: Socket, pair: Pair): Promise<void> {
    try {
      for await (const bytes of from) {
        await this.#pass();
        if (pair.forgotten) continue;
        if (Math.random() < (this.#weather.resets ?? 0)) return breakOff(pair);
        if (!to.write(bytes as Buffer)) await once(to, 'drain');
      }
      await delay(this.#weather.closeDelayMs ?? 0);
      if (!pair.forgotten) to.end();
    } catch {
      // Broken, and the other end hears of it by its own `close`.
    }
  }

  async #pass(): Promise<void> {
    if (this.#weather.latencyMs) await delay(this.#weather.latencyMs);
    while (this.#weather.blackHole) await this.#changed.promise;
  }
}

function breakOff({ near, far }: Pair): void {
  near.resetAndDestroy();
  far.resetAndDestroy();
}

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** By chance a dead target may be tried several times. */
const MAX_TRIES = 20;

/** A load balancer as simple as can be: every connection goes to some target that takes it. */
export class Balancer {
  readonly #server: Server;
  readonly #ends = new Set<Socket>();

  private constructor(private readonly ports: number[]) {
    this.#server = createServer((near) => {
      this.#remember(near);
      this.#open(near, MAX_TRIES);
    });
  }

  static async start(urls: readonly string[]): Promise<Balancer> {
    const balancer = new Balancer(urls.map((url) => Number(new URL(url).port)));
    balancer.#server.on('connection', (near) => near.setMaxListeners(3 * MAX_TRIES));
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** One more target, from now on. */
  add(url: string): void {
    this.ports.push(Number(new URL(url).port));
  }

  async stop(): Promise<void> {
    for (const end of this.#ends) end.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #open(near: Socket, triesLeft: number): void {
    // By chance: in turns, clients that open several connections each would go to the same targets again and again.
    const port = this.ports[Math.floor(Math.random() * this.ports.length)]!;
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    let isOpen = false;
    far.once('connect', () => {
      isOpen = true;
      near.pipe(far).pipe(near);
    });
    far.once('error', () => (!isOpen && triesLeft > 1 ? this.#open(near, triesLeft - 1) : near.destroy()));
    far.once('close', () => isOpen && near.destroy());
    near.once('close', () => far.destroy());
    this.#remember(far);
  }

  #remember(end: Socket): void {
    end.setMaxListeners(MAX_TRIES + 10).on('error', () => end.destroy());
    this.#ends.add(end);
    end.once('close', () => this.#ends.delete(end));
  }
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A door before an upstream that lets `width` calls in at once and answers all others 429, without Retry-After. */
export class NarrowDoor {
  inside = 0;
  mostInside = 0;
  served = 0;
  turnedAway = 0;
  readonly #server = createServer((incoming, outgoing) => this.#enter(incoming, outgoing));

  constructor(
    private readonly upstreamUrl: string,
    public width: number,
  ) {}

  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #enter(incoming: IncomingMessage, outgoing: ServerResponse): void {
    if (this.inside >= this.width) {
      this.turnedAway += 1;
      incoming.resume();
      outgoing.writeHead(429, { 'content-type': 'application/json' });
      outgoing.end('{"error":{"message":"too many at once","type":"requests","code":"rate_limit_exceeded"}}');
      return;
    }
    this.inside += 1;
    this.mostInside = Math.max(this.mostInside, this.inside);
    outgoing.once('close', () => (this.inside -= 1));
    this.#passOn(incoming, outgoing);
  }

  #passOn(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method, headers } = incoming;
    const inner = request(this.upstreamUrl + incoming.url!, { method: method!, headers }, (answer) => {
      this.served += 1;
      outgoing.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(outgoing);
    });
    inner.once('error', () => outgoing.destroy());
    incoming.pipe(inner);
  }
}

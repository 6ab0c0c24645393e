import { type KeySpec } from '#catalog';
import { type Key, type KeyTicket, type Rest } from './key.js';
import { type Endpoint, type EndpointTicket } from './endpoint.js';
import { type Outcome } from './outcome.js';
import { type Pick } from './pick.js';
import { type Choice } from './pool.js';
import { type UpstreamEndpoint } from './upstream-endpoint.js';

/** One call under way, on an endpoint and with a key. */
export class Call implements Pick {
  readonly available = true;
  readonly endpoint: UpstreamEndpoint;
  readonly key: KeySpec | undefined;
  readonly #on: Endpoint;
  readonly #with: Key;
  readonly #endpointTicket: EndpointTicket;
  readonly #keyTicket: KeyTicket;
  #ended = false;

  constructor(
    { endpoint, key }: Choice,
    private readonly now: () => number,
    private readonly onRest: (key: Key, rest: Rest) => void,
  ) {
    [this.#on, this.#with] = [endpoint, key];
    [this.endpoint, this.key] = [endpoint.spec, key.spec];
    this.#endpointTicket = endpoint.begin(now());
    this.#keyTicket = key.begin(endpoint.id, now());
  }

  firstToken(): void {
    this.#on.load.first(this.#endpointTicket.load, this.now());
  }

  done(outcome: Outcome): void {
    if (this.#ended) return;
    this.#ended = true;
    const now = this.now();
    this.#on.end(this.#endpointTicket, outcome, now);
    const rest = this.#with.end(this.#keyTicket, outcome, now);
    if (rest) this.onRest(this.#with, rest);
  }
}

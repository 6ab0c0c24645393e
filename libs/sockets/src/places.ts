import { type SocketSettings } from '#config';
import { AppError } from '#contracts';
import { networkOf } from './client-network.js';

const RETRY_MS = 5_000;

/** How many connections there may be, in all and from one address. */
export class Places {
  readonly #ofAddress = new Map<string, number>();
  #taken = 0;

  constructor(private readonly settings: SocketSettings) {}

  /** A place that is held until the answer is called. @throws AppError too_many_connections, too_many_streams */
  enter(address: string): () => void {
    const { max_connections, max_per_address } = this.settings.value;
    const network = networkOf(address);
    const taken = this.#ofAddress.get(network) ?? 0;
    if (this.#taken >= max_connections)
      throw new AppError(
        'too_many_streams',
        `This process has its ${max_connections} connections; try again`,
        {
          retryAfterMs: RETRY_MS,
        },
      );
    if (taken >= max_per_address) throw tooMany(max_per_address);
    this.#taken += 1;
    this.#ofAddress.set(network, taken + 1);
    return () => this.#leave(network);
  }

  #leave(network: string): void {
    this.#taken -= 1;
    const left = this.#ofAddress.get(network)! - 1;
    if (left > 0) this.#ofAddress.set(network, left);
    else this.#ofAddress.delete(network);
  }
}

function tooMany(most: number): AppError {
  return new AppError(
    'too_many_connections',
    `Your address has ${most} connections open, as many as it may (sockets.max_per_address; behind a proxy name it in http.trusted_proxies)`,
    { retryAfterMs: RETRY_MS },
  );
}

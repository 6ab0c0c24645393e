import { type SocketSettings } from '#config';
import { AppError } from '#contracts';

/** Which web pages may connect. Only browsers say where a page is from, so this keeps no program out. */
export class Origins {
  readonly #allowed: ReadonlySet<string>;

  constructor({ value }: SocketSettings) {
    this.#allowed = new Set(value.allowed_origins);
  }

  /** @throws AppError origin_not_allowed */
  require(origin: string | undefined): void {
    if (this.#allowed.size === 0 || origin === undefined || this.#allowed.has(origin.toLowerCase())) return;
    throw new AppError(
      'origin_not_allowed',
      'This page may not connect; add its origin to sockets.allowed_origins',
    );
  }
}

import { type ErrorCode } from '#contracts';
import { type ChatRequest, type ParameterName } from '../chat.js';
import { type ProviderEvent, type Via } from '../provider.js';
import { type UpstreamError } from '../upstream-error.js';

/** How one kind of API speaks: what differs between providers that are called over HTTP. */
export interface Dialect {
  /** What requests may say and this API has no word for. */
  readonly ignores: readonly ParameterName[];
  /** Where to ask, from the endpoint's base URL without a slash at its end. */
  url(base: string): string;
  /** Only what shows the key and names the version. */
  headers(secret: string | undefined): Readonly<Record<string, string>>;
  /** The request as JSON. */
  body(request: ChatRequest, via: Via): object;
  /**
   * The events of an answer that began with 200; it reads on to the end of the body even behind `finish`, since a body that is
   * left unread costs its connection.
   * @throws AppError provider_bad_response when the answer is not whole, and whatever the provider says in the middle of it
   */
  events(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent>;
  /** For a refusal that means something else here than everywhere. */
  codeOf?(said: UpstreamError, via: Via): ErrorCode | undefined;
}

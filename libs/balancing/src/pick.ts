import { type KeySpec } from '#catalog';
import { type ErrorCode } from '#contracts';
import { type Hindrance } from './endpoint.js';
import { type Outcome } from './outcome.js';
import { type Client } from './strategy.js';
import { type UpstreamEndpoint } from './upstream-endpoint.js';

/** What is asked for. */
export interface PickRequest extends Client {
  readonly provider: string;
  /** What has been tried already. */
  readonly exclude?:
    | { readonly endpoints?: readonly string[] | undefined; readonly keys?: readonly string[] | undefined }
    | undefined;
}

/** Where the call goes, and with which key. It counts as under way until `done`. */
export interface Pick {
  readonly available: true;
  readonly endpoint: UpstreamEndpoint;
  /** Undefined: the provider asks for none. */
  readonly key: KeySpec | undefined;
  /** The first token has come; whoever does not call it gives `ttftMs` in the end. */
  firstToken(): void;
  /** The call has ended; only the first word on it counts. */
  done(outcome: Outcome): void;
}

/** One thing that keeps a call from being made. */
export interface PickReason {
  readonly endpoint: string;
  readonly key?: string;
  readonly reason: Hindrance['reason'] | 'excluded' | ErrorCode;
  /** Null: until somebody changes it. */
  readonly retryAfterMs: number | null;
}

/** Nothing can be called now. */
export interface Unavailable {
  readonly available: false;
  /** What a caller would get: of all reasons the one that ends first. */
  readonly code: ErrorCode;
  /** When it is worth asking again, at most a minute, even where nothing is going to change by itself. */
  readonly retryAfterMs: number;
  readonly reasons: readonly PickReason[];
}

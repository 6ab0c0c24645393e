/** How a command is refused; the client library tries again where `temporary` is set. */
export interface ErrorRow {
  readonly code: number;
  readonly message: string;
  readonly temporary?: true;
}

/** The numbers are those of the protocol; client libraries act on them. */
export const COMMAND_ERRORS = {
  internal: { code: 100, message: 'internal server error', temporary: true },
  unauthorized: { code: 101, message: 'unauthorized' },
  unknown_channel: { code: 102, message: 'unknown channel' },
  permission_denied: { code: 103, message: 'permission denied' },
  method_not_found: { code: 104, message: 'method not found' },
  already_subscribed: { code: 105, message: 'already subscribed' },
  limit_exceeded: { code: 106, message: 'limit exceeded' },
  bad_request: { code: 107, message: 'bad request' },
  not_available: { code: 108, message: 'not available' },
  token_expired: { code: 109, message: 'token expired' },
  too_many_requests: { code: 111, message: 'too many requests', temporary: true },
  unrecoverable_position: { code: 112, message: 'unrecoverable position' },
} as const satisfies Record<string, ErrorRow>;

export type CommandErrorName = keyof typeof COMMAND_ERRORS;

/** Why a connection ends: clients reconnect after 3000 to 3499, and never after 3500 to 3999. */
export interface Disconnect {
  readonly code: number;
  readonly reason: string;
}

export const DISCONNECTS = {
  shutdown: { code: 3001, reason: 'shutdown' },
  server_error: { code: 3004, reason: 'internal server error' },
  expired: { code: 3005, reason: 'connection expired' },
  slow: { code: 3008, reason: 'slow' },
  insufficient_state: { code: 3010, reason: 'insufficient state' },
  no_pong: { code: 3012, reason: 'no pong' },
  too_many_requests: { code: 3013, reason: 'too many requests' },
  invalid_token: { code: 3500, reason: 'invalid token' },
  bad_request: { code: 3501, reason: 'bad request' },
  stale: { code: 3502, reason: 'stale' },
  not_available: { code: 3508, reason: 'not available' },
} as const satisfies Record<string, Disconnect>;

export type DisconnectName = keyof typeof DISCONNECTS;

/** Why the server ends a subscription: clients subscribe again from 2500 on. */
export const UNSUBSCRIBES = {
  insufficient_state: { code: 2500, reason: 'insufficient state' },
  expired: { code: 2501, reason: 'subscription expired' },
} as const satisfies Record<string, Disconnect>;

/** A command that is answered with an error; the connection goes on. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly row: ErrorRow;

  /** By its name, or as a row where the number is one of ours. */
  constructor(error: CommandErrorName | ErrorRow) {
    const row = typeof error === 'string' ? COMMAND_ERRORS[error] : error;
    super(row.message);
    this.row = row;
  }
}

/** The connection must end. */
export class DisconnectError extends Error {
  override readonly name = 'DisconnectError';
  readonly disconnect: Disconnect;

  constructor(why: DisconnectName) {
    super(DISCONNECTS[why].reason);
    this.disconnect = DISCONNECTS[why];
  }
}

/** A subscription has missed something: the client must subscribe again, from where it was. */
export class InsufficientState extends Error {
  override readonly name = 'InsufficientState';
}

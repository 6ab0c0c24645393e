import { STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { AppError, type ErrorCode, errorRow, toAppError } from '#contracts';

/** What the package `ws` finds wrong with a handshake. */
export function upgradeError(error: Error): AppError {
  return new AppError('invalid_request', error.message, { cause: error });
}

/** Answers an upgrade that is not made, in words for a person; answers with the code. */
export function refuseUpgrade(socket: Duplex, thrown: unknown): ErrorCode {
  const error = toAppError(thrown);
  const { title } = errorRow(error.code);
  // What broke inside is for the log, not for the client.
  const body = `upgrade failed: ${error.code === 'internal' ? title : error.message}\n`;
  const headers = {
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'x-error-code': error.code,
    ...(error.status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(error.retryAfterMs !== undefined && { 'retry-after': Math.ceil(error.retryAfterMs / 1_000) }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}\r\n${lines.join('')}\r\n${body}`);
  return error.code;
}

import { STATUS_CODES, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { AppError, newId } from '#contracts';
import { toProblem } from './problem.js';

/** A socket knows the response that is being written to it; so Node itself tells whether one has begun. */
type Answering = Socket & { readonly _httpMessage?: ServerResponse | null };

/** Answers what came too slowly, or cannot be read as a request: for that Fastify has no reply, only the socket. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Answering): void {
  const hasBegun = socket._httpMessage?.headersSent ?? false;
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegun) return void socket.destroy();
  socket.write(responseOf(reasonOf(error)));
  // Also of a body that is still being read.
  socket.destroySoon();
}

function reasonOf({ code }: NodeJS.ErrnoException): AppError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return new AppError(
      'request_timeout',
      'The request was not there in time; http.request_timeout is the bound',
    );
  if (code === 'HPE_HEADER_OVERFLOW')
    return new AppError(
      'invalid_request',
      'The head of the request is larger than 16 KB; send shorter headers',
    );
  return new AppError('invalid_request', 'This cannot be read as an HTTP request');
}

function responseOf(error: AppError): string {
  const id = newId('req');
  const body = JSON.stringify(toProblem(error, id));
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${id}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

import { type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

export const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' };
export const LINES = { 'content-type': 'application/json; charset=utf-8' };

const NEVER_KEPT = 'private, no-cache, no-store, must-revalidate, max-age=0';

/** Begins an answer that goes on, with headers that let no proxy on the way buffer or keep it. */
export function openStream(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  response.socket?.setNoDelay(true);
  response.writeHead(200, { ...headers, 'cache-control': NEVER_KEPT, 'x-accel-buffering': 'no' });
  response.flushHeaders();
}

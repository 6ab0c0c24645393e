import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Behaviour } from './behaviour.js';
import { type CallLog } from './call-log.js';
import { parseJson, readText } from './http-body.js';

/** Writes what the script says onto the connection, around everything that HTTP servers do. */
export async function answerRaw(
  request: IncomingMessage,
  response: ServerResponse,
  { raw = '', rawHangs = false }: Behaviour,
  log: CallLog,
): Promise<void> {
  const text = await readText(request);
  const body = parseJson(text);
  const { headers, url = '', socket } = request;
  const call = log.receive({
    id: randomUUID(),
    api: null,
    url,
    headers,
    text,
    body,
    model: null,
    stream: false,
    messages: [],
  });
  socket.once('close', () => log.finish(call, 'aborted'));
  response.detachSocket(socket);
  call.startedAt = Date.now();
  if (rawHangs) return void socket.write(raw);
  log.finish(call, 'completed');
  socket.end(raw);
}

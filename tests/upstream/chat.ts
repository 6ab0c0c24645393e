import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Answer } from './answer.js';
import { type BehaviourScript } from './behaviour-script.js';
import { type CallLog } from './call-log.js';
import { readChatRequest } from './chat-request.js';
import { parseJson, readText } from './http-body.js';
import { errorBody } from './openai-wire.js';
import { play } from './play.js';

export interface ChatStage {
  readonly script: BehaviourScript;
  readonly log: CallLog;
}

/** `POST /v1/chat/completions`; a body that OpenAI would refuse uses up no behaviour. */
export async function answerChat(
  request: IncomingMessage,
  response: ServerResponse,
  { script, log }: ChatStage,
): Promise<void> {
  const text = await readText(request);
  const body = parseJson(text);
  const chat = readChatRequest(body);
  const id = `chatcmpl-${randomUUID().replaceAll('-', '')}`;
  const { model = null, stream = false, messages = [] } = chat ?? {};
  const call = log.receive({ id, headers: request.headers, text, body, model, stream, messages });
  const behaviour = chat ? script.next() : {};
  const answer = new Answer(response, call, log, behaviour.dripBytes);
  if (!chat) return refuse(answer);
  return play({ id, behaviour, request: chat, answer });
}

async function refuse(answer: Answer): Promise<void> {
  answer.start(400, { 'content-type': 'application/json' });
  await answer.write(errorBody(400, 'The body needs a model and a list of messages'));
  answer.end('error');
}

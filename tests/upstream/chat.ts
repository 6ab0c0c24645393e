import { type IncomingMessage, type ServerResponse } from 'node:http';
import { Answer } from './answer.js';
import { type BehaviourScript } from './behaviour-script.js';
import { type CallLog } from './call-log.js';
import { parseJson, readText } from './http-body.js';
import { play } from './play.js';
import { type Wire } from './wire.js';

export interface ChatStage {
  readonly script: BehaviourScript;
  readonly log: CallLog;
  readonly wire: Wire;
}

/** A call for a reply; a body that the API would refuse uses up no behaviour. */
export async function answerChat(
  request: IncomingMessage,
  response: ServerResponse,
  { script, log, wire }: ChatStage,
): Promise<void> {
  const text = await readText(request);
  const body = parseJson(text);
  const chat = wire.read(body);
  const id = wire.newId();
  const { model = null, stream = false, messages = [] } = chat ?? {};
  const { headers, url = '' } = request;
  const call = log.receive({ id, api: wire.api, url, headers, text, body, model, stream, messages });
  const behaviour = chat ? script.next() : {};
  const answer = new Answer(response, call, log, behaviour.dripBytes);
  if (!chat) return refuse(answer, wire);
  return play({ id, wire, behaviour, request: chat, answer });
}

async function refuse(answer: Answer, wire: Wire): Promise<void> {
  answer.start(400, { 'content-type': 'application/json' });
  await answer.write(wire.error(400, 'The body needs a model and a list of messages'));
  answer.end('error');
}

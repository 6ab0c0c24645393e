import { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { ANTHROPIC_WIRE } from './anthropic-wire.js';
import { scriptSchema } from './behaviour.js';
import { type BehaviourScript } from './behaviour-script.js';
import { type CallLog } from './call-log.js';
import { answerChat, type ChatStage } from './chat.js';
import { parseJson, readText, sendJson } from './http-body.js';
import { errorBody, modelList, OPENAI_WIRE } from './openai-wire.js';
import { answerRaw } from './raw-answer.js';
import { type Wire } from './wire.js';

/** What the fake upstream serves: the APIs of OpenAI and Anthropic, and the control API of the tests. */
export class Routes {
  readonly #script: BehaviourScript;
  readonly #log: CallLog;
  readonly #models: string;

  constructor(script: BehaviourScript, log: CallLog, models: readonly string[]) {
    this.#script = script;
    this.#log = log;
    this.#models = modelList(models);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url?.split('?')[0]}`;
    if (request.method === 'POST' && this.#script.peek().raw !== undefined)
      return answerRaw(request, response, this.#script.next(), this.#log);
    switch (route) {
      case 'POST /v1/chat/completions':
        return answerChat(request, response, this.#stage(OPENAI_WIRE));
      case 'POST /v1/messages':
        return answerChat(request, response, this.#stage(ANTHROPIC_WIRE));
      case 'GET /v1/models':
        return sendJson(response, 200, this.#models);
      case 'PUT /control/behaviour':
        return this.#putBehaviour(request, response);
      case 'GET /control/calls':
        return sendJson(response, 200, JSON.stringify(this.#log.calls));
      case 'DELETE /control/calls':
        this.#log.clear();
        return void response.writeHead(204).end();
      default:
        return sendJson(response, 404, errorBody(404, `Invalid URL (${route})`));
    }
  }

  #stage(wire: Wire): ChatStage {
    return { script: this.#script, log: this.#log, wire };
  }

  async #putBehaviour(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data, error } = scriptSchema.safeParse(parseJson(await readText(request)));
    if (error) return sendJson(response, 400, JSON.stringify({ error: z.prettifyError(error) }));
    this.#script.replace(data);
    response.writeHead(204).end();
  }
}

import { type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { scriptSchema } from './behaviour.js';
import { type BehaviourScript } from './behaviour-script.js';
import { type CallLog } from './call-log.js';
import { answerChat } from './chat.js';
import { parseJson, readText, sendJson } from './http-body.js';
import { errorBody, modelList } from './openai-wire.js';

/** What the fake upstream serves: the OpenAI API, and the control API of the tests. */
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
    switch (route) {
      case 'POST /v1/chat/completions':
        return answerChat(request, response, { script: this.#script, log: this.#log });
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

  async #putBehaviour(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { data, error } = scriptSchema.safeParse(parseJson(await readText(request)));
    if (error) return sendJson(response, 400, JSON.stringify({ error: z.prettifyError(error) }));
    this.#script.replace(data);
    response.writeHead(204).end();
  }
}

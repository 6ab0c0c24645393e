import {
  AppError,
  type Caller,
  type CreateMessage,
  type CreateTask,
  createTaskSchema,
  toAppError,
} from '#contracts';
import { validationError } from '#runtime';
import { type AcceptBatch, type Accepted, type AcceptMessage, type Asked, type BatchResult } from '#walk';
import { type CallbackGuard, type CallbackSecrets } from '#webhooks';
import { messageOf } from './task-request.js';

/** Accepts tasks as the messages that they are, once it is known that their callbacks may be sent. */
export class AcceptTask {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly batch: AcceptBatch,
    private readonly guard: CallbackGuard,
    private readonly secrets: CallbackSecrets,
  ) {}

  /** @throws AppError address_refused, task_type_unknown, queue_full, … */
  async run(caller: Caller, task: CreateTask, asked: Asked): Promise<Accepted> {
    const request = messageOf(task, caller);
    if (request.callback) await this.guard.check(request.callback.url);
    return this.accept.run(caller, this.#sealed(request), asked);
  }

  /** One result for each task, in their order; one that is no task fails by itself. */
  async runAll(
    caller: Caller,
    tasks: readonly unknown[],
    askedOf: (index: number) => Asked,
  ): Promise<BatchResult[]> {
    const requests = tasks.map((task) => requestOf(task, caller));
    const refused = await this.#refusals(requests);
    const items = requests.map((request, index) => ({
      request: request instanceof AppError ? request : (refused.get(urlOf(request)) ?? this.#sealed(request)),
      asked: askedOf(index),
    }));
    return this.batch.run(caller, items);
  }

  #sealed(request: CreateMessage): CreateMessage {
    return request.callback ? { ...request, callback: this.secrets.seal(request.callback) } : request;
  }

  /** Many tasks of a batch have one callback, which is looked up once. */
  async #refusals(requests: readonly (CreateMessage | AppError)[]): Promise<Map<string, AppError>> {
    const urls = new Set(requests.map(urlOf).filter((url) => url !== ''));
    const refused = new Map<string, AppError>();
    const check = (url: string) =>
      this.guard.check(url).catch((error: unknown) => void refused.set(url, toAppError(error)));
    await Promise.all([...urls].map(check));
    return refused;
  }
}

function requestOf(task: unknown, caller: Caller): CreateMessage | AppError {
  const checked = createTaskSchema.safeParse(task);
  if (!checked.success) return validationError(checked.error.issues);
  try {
    return messageOf(checked.data, caller);
  } catch (error) {
    return toAppError(error);
  }
}

function urlOf(request: CreateMessage | AppError): string {
  return request instanceof AppError ? '' : (request.callback?.url ?? '');
}

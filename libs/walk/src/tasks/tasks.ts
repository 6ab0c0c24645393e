import {
  type Catalogs,
  type ResultSchema,
  ResultSchemas,
  type JsonSchema,
  type Target,
  type TaskTypeLimits,
} from '#catalog';
import { type MessageSettings } from '#config';
import { AppError, type CreateMessage, type Message, type MessageOptions } from '#contracts';
import { taskTypeUnknown } from '#routing';
import { askingFor, type Task, taskOf } from './task.js';

const OWN_SCHEMA = 'parameters.response_format.json_schema.schema';

/** What messages are to a model, by their task types. A message is put in the words that its type has when it runs. */
export class Tasks {
  readonly #schemas = new ResultSchemas();

  constructor(
    private readonly catalogs: Catalogs,
    private readonly settings: MessageSettings,
  ) {}

  /**
   * What a message would be now.
   * @throws AppError task_type_unknown, data_too_large, invalid_request
   */
  asked(request: CreateMessage, metadata: Message['metadata'], options: MessageOptions | null): Task {
    const { user_id: userId, content, task_type: name, data } = request;
    const catalog = this.catalogs.now;
    const type = name === undefined ? undefined : catalog.taskType(name);
    if (name !== undefined && !type) throw taskTypeUnknown(catalog, name);
    this.#requireFit(data);
    const task = taskOf(type, { userId, content, metadata, options });
    if (task.schema !== null) this.#requireSchema(task.schema);
    return task;
  }

  /**
   * What a message is for the model that is to answer it now.
   * @throws AppError task_type_gone
   */
  of(message: Message, target: Target): Task {
    const name = message.options?.task_type;
    const type = name === undefined ? undefined : this.catalogs.now.taskType(name);
    if (name !== undefined && !type) throw gone(name);
    const task = taskOf(type, message);
    const canJson = this.catalogs.now.model(target)?.capabilities.includes('json') ?? false;
    return canJson ? { ...task, parameters: askingFor(task, name) } : task;
  }

  /** What the type says of the time and the retries of its messages. */
  limitsOf(name: string | undefined): TaskTypeLimits {
    return (name === undefined ? undefined : this.catalogs.now.taskType(name)?.limits) ?? {};
  }

  /** @throws Error when it is no schema, or needs too much work */
  schemaOf(schema: JsonSchema): ResultSchema {
    return this.#schemas.of(schema);
  }

  #requireFit(data: unknown): void {
    const { max_data_size } = this.settings.value;
    const size = sizeOf(data);
    if (size <= max_data_size) return;
    const message = `has ${size} characters as JSON, at most ${max_data_size} are allowed`;
    throw new AppError('data_too_large', `The data ${message}`, { fields: [{ field: 'data', message }] });
  }

  #requireSchema(schema: JsonSchema): void {
    try {
      this.#schemas.of(schema);
    } catch (error) {
      const message = `cannot be used to check results: ${(error as Error).message}`;
      throw new AppError('invalid_request', `The schema ${message}`, {
        fields: [{ field: OWN_SCHEMA, message }],
      });
    }
  }
}

/** Characters of the data as JSON; 0: there is none. */
export function sizeOf(data: unknown): number {
  return data === undefined ? 0 : JSON.stringify(data).length;
}

function gone(name: string): AppError {
  return new AppError(
    'task_type_gone',
    `The task type ${name} is not there any more; put it back, and requeue the message if it has failed`,
  );
}

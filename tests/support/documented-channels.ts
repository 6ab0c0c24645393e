import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { based, closed, type Json, TIME } from './closed-schema.js';

interface Document {
  readonly operations: Readonly<Record<string, { readonly messages: readonly { readonly $ref: string }[] }>>;
  readonly components: { readonly messages: Readonly<Record<string, { readonly payload: Json }>> };
}

/** Holds what the server sends against its AsyncAPI document, fields that it does not name included. */
export class DocumentedChannels {
  /** `channel message`, as they were seen. */
  readonly seen = new Set<string>();
  readonly #document: Document;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(document: object) {
    this.#document = closed(document) as Document;
    this.#ajv.addFormat('date-time', TIME);
    this.#ajv.addSchema({ ...this.#document, $id: 'asyncapi' });
  }

  /** Every message of every channel that the server sends to. */
  get sent(): string[] {
    return Object.keys(this.#document.operations)
      .filter((name) => name.endsWith('Send'))
      .flatMap((name) => {
        const channel = name.replace(/Send$/, '');
        return this.#messagesOf(channel).map((message) => `${channel} ${message}`);
      });
  }

  /**
   * What came over a channel is one of its messages, or of those that are named.
   * @throws Error why it is none of them
   */
  check(channel: string, value: unknown, among: readonly string[] = this.#messagesOf(channel)): void {
    const problems = among.map((message) => this.#problemOf(message, value));
    const found = problems.indexOf(undefined);
    if (found < 0) throw new Error(`${channel}: ${problems.join('; ')}\n${JSON.stringify(value, null, 2)}`);
    this.seen.add(`${channel} ${among[found]!}`);
  }

  #messagesOf(channel: string): string[] {
    const operation = this.#document.operations[`${channel}Send`];
    if (!operation) throw new Error(`The document knows nothing that is sent to ${channel}`);
    return operation.messages.map(({ $ref }) => $ref.split('/').at(-1)!);
  }

  #problemOf(message: string, value: unknown): string | undefined {
    const { payload } = this.#document.components.messages[message]!;
    const validate: ValidateFunction = this.#ajv.compile(based(payload, 'asyncapi'));
    if (validate(value)) return undefined;
    return `${message}: ${this.#ajv.errorsText(validate.errors, { dataVar: '' })}`;
  }
}

import { type ChatMessage } from '#providers';
import { type UpstreamCall } from '../upstream/call-log.js';
import { type Answer, type Client } from './client.js';

type View = Answer['body'];

export const systemContext = (content: string): ChatMessage => ({ role: 'system', content });
export const user = (content: string): ChatMessage => ({ role: 'user', content });
export const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });

/** What the model was told in a call. */
export function promptOf({ messages }: UpstreamCall): ChatMessage[] {
  return messages.map(({ role, text }) => ({ role: role as 'system' | 'user' | 'assistant', content: text }));
}

/** A conversation, as a client leads it. */
export class Talk {
  private constructor(
    private readonly client: Client,
    readonly id: string,
  ) {}

  static async start(client: Client, fields: Readonly<Record<string, unknown>> = {}): Promise<Talk> {
    const { status, body } = await client.post('/api/v1/conversations', { user_id: 'ada', ...fields });
    if (status !== 201) throw new Error(`not created: ${status} ${JSON.stringify(body)}`);
    return new Talk(client, body.id as string);
  }

  async get(): Promise<View> {
    return (await this.client.get(`/api/v1/conversations/${this.id}`)).body;
  }

  /** The id of the message. */
  async send(content: string, by = this.client): Promise<string> {
    const { status, body } = await by.post(`/api/v1/conversations/${this.id}/messages`, { content });
    if (status !== 201) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
    return body.id as string;
  }

  /** The message once it has ended. */
  async say(content: string): Promise<View> {
    return this.client.ended(await this.send(content));
  }
}

import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, type CreateMessage, createMessageSchema } from '#contracts';
import { type AcceptMessage } from '#walk';
import { askedOf } from '../asked.js';
import { chatChannelOf } from './reply-channels.js';
import { type Visitors } from './visitors.js';

const PATH = '/api/chat';
const CREATED = 'Channel created, start listening for messages';

/** `POST /api/chat`: a message whose reply is published in a channel of its own. */
export class ChatRoute {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly visitors: Visitors,
  ) {}

  addTo(server: FastifyInstance): void {
    server.post(PATH, async (request, reply) => this.#create(request, reply));
  }

  async #create(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const caller = this.visitors.callerOf(request, 'write');
    const message = messageOf(request.body, caller);
    if (typeof message === 'string') return reply.status(400).type('text/plain; charset=utf-8').send(message);
    const accepted = await this.accept.run(caller, message, askedOf(request, PATH, message));
    const body = { channel_id: chatChannelOf(accepted.message.id), message: CREATED };
    return reply.type('application/json').send(`${JSON.stringify(body)}\n`);
  }
}

/** The message to accept, or what is wrong with the body in the words that clients of this door know. */
function messageOf(body: unknown, { keyName }: Caller): CreateMessage | string {
  const parsed = parseObject(body);
  if (typeof parsed === 'string') return `Invalid request body: ${parsed}\n`;
  const { message = '' } = parsed;
  if (typeof message !== 'string') return 'Invalid request body: message must be a string\n';
  if (message.trim() === '') return 'Message is required\n';
  const checked = createMessageSchema.safeParse({ user_id: keyName, content: message });
  return checked.data ?? `Invalid request body: message ${checked.error!.issues[0]!.message}\n`;
}

function parseObject(body: unknown): Readonly<Record<string, unknown>> | string {
  if (typeof body !== 'string' || body.trim() === '') return 'EOF';
  try {
    const value: unknown = JSON.parse(body);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : 'send a JSON object';
  } catch (error) {
    return (error as Error).message;
  }
}

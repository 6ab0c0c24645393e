import { z } from 'zod';
import {
  asCommandError,
  CommandError,
  type GeneralChannels,
  isUnforeseen,
  withPublications,
} from '#centrifuge';
import { DEFAULT_TENANT } from '#contracts';
import { type Log } from '#observability';
import { type NodeDirectory } from './node-directory.js';

const MAX_CHANNELS = 1_000;

const channel = z.string().min(1).max(255);
/** Whose channel it is; nothing that clients of this API send by themselves. */
const tenant = z.string().min(1).max(64).default(DEFAULT_TENANT);
const tags = z.record(z.string(), z.string()).optional();
const position = z.object({ offset: z.int().min(0).default(0), epoch: z.string().max(64).default('') });

const publishSchema = z.object({ channel, data: z.unknown().optional(), tags, tenant });
const broadcastSchema = z.object({
  channels: z.array(channel).max(MAX_CHANNELS),
  data: z.unknown().optional(),
  tags,
  tenant,
});
const historySchema = z.object({
  channel,
  limit: z.int().default(0),
  since: position.optional(),
  reverse: z.boolean().default(false),
  tenant,
});
const inChannelSchema = z.object({ channel, tenant });

/** What an operator's backend does with channels, in the requests and answers of Centrifugo's HTTP API. */
export class ServerApi {
  readonly methods: Readonly<Record<string, (body: unknown) => Promise<string>>> = {
    publish: (body) => this.#answer(() => this.#publish(parse(publishSchema, body))),
    broadcast: (body) => this.#answer(() => this.#broadcast(parse(broadcastSchema, body))),
    history: (body) => this.#answer(() => this.#history(parse(historySchema, body))),
    presence: (body) => this.#answer(() => this.#presence(parse(inChannelSchema, body))),
    presence_stats: (body) => this.#answer(() => this.#presenceStats(parse(inChannelSchema, body))),
    info: () => this.#answer(async () => JSON.stringify({ nodes: await this.nodes.all() })),
  };

  constructor(
    private readonly channels: GeneralChannels,
    private readonly nodes: NodeDirectory,
    private readonly log: Log,
  ) {}

  async #publish({
    channel: name,
    data,
    tags: labels,
    tenant: of,
  }: z.output<typeof publishSchema>): Promise<string> {
    if (data === undefined) throw new CommandError('bad_request');
    const publication = { data, ...(labels && { tags: labels }) };
    return JSON.stringify(await this.channels.publishFor(of, name, publication));
  }

  /** Each channel by itself: one that refuses does not keep the others from theirs. */
  async #broadcast({ channels, ...rest }: z.output<typeof broadcastSchema>): Promise<string> {
    const responses: string[] = [];
    for (const each of channels)
      responses.push(await this.#answer(() => this.#publish({ channel: each, ...rest })));
    return `{"responses":[${responses.join(',')}]}`;
  }

  async #history({ tenant: of, ...request }: z.output<typeof historySchema>): Promise<string> {
    const { offset, epoch, publications } = await this.channels.historyFor(of, request);
    return withPublications({ offset, epoch }, publications);
  }

  async #presence({ tenant: of, channel: name }: z.output<typeof inChannelSchema>): Promise<string> {
    return JSON.stringify({ presence: await this.channels.presenceFor(of, name) });
  }

  async #presenceStats({ tenant: of, channel: name }: z.output<typeof inChannelSchema>): Promise<string> {
    const clients = Object.values(await this.channels.presenceFor(of, name));
    const users = new Set(clients.map(({ user }) => user));
    return JSON.stringify({ num_clients: clients.length, num_users: users.size });
  }

  async #answer(result: () => Promise<string>): Promise<string> {
    try {
      return `{"result":${await result()}}`;
    } catch (error) {
      if (isUnforeseen(error)) this.log.error({ err: error }, 'a request of the server API failed');
      const { code, message } = asCommandError(error).row;
      return JSON.stringify({ error: { code, message } });
    }
  }
}

function parse<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) throw new CommandError('bad_request');
  return parsed.data;
}

import {
  ChannelSource,
  type HistoryPage,
  type Opened,
  type Position,
  type SubscribeAsk,
} from '../channel-source.js';
import { type Client, type ClientInfo, infoOf } from '../client.js';
import { CommandError } from '../protocol/codes.js';
import { type HistoryRequest } from '../protocol/commands.js';
import { type Move } from '../protocol/publication.js';
import { type Broker, type Listener } from './broker.js';
import { inSequence, Mailbox } from './mailbox.js';
import { type ChannelRules, namespaceOf, type Namespaces } from './rules.js';

/** Most publications in one answer. */
const MAX_PAGE = 1_000;

/** Channels that clients and the server API publish in, by the rules of their namespace; each tenant has its own. */
export class GeneralChannels extends ChannelSource {
  constructor(
    private readonly broker: Broker,
    private readonly namespaces: Namespaces,
  ) {
    super();
  }

  owns(channel: string): boolean {
    return this.namespaces.has(namespaceOf(channel));
  }

  async open(client: Client, ask: SubscribeAsk, signal: AbortSignal): Promise<Opened> {
    const rules = this.#rules(ask.channel);
    if (rules.token && !ask.grant) throw new CommandError('permission_denied');
    const key = keyOf(client.caller.tenantId, ask.channel);
    const mailbox = new Mailbox(signal);
    const stop = await this.broker.listen(key, wantsMoves(rules, ask) ? mailbox : withoutMoves(mailbox));
    const info = infoOf(client, ask.grant?.info);
    const enter = () => this.broker.enter(key, info);
    const tell = async (move: Move) => {
      if (rules.joinLeave) await this.broker.tellMove(key, move, info);
    };
    try {
      const start = await this.#start(key, rules, ask.since);
      if (rules.presence) await enter();
      await tell('join');
      const { top, ...position } = start;
      return {
        ...position,
        recoverable: rules.historySize > 0,
        live: rules.historySize > 0 ? inSequence(mailbox.batches(), top) : mailbox.batches(),
        ...(rules.presence && { touch: enter }),
        close: async () => {
          stop();
          if (rules.presence) await this.broker.leave(key, client.id);
          await tell('leave');
        },
      };
    } catch (error) {
      stop();
      throw error;
    }
  }

  override async publish(client: Client, channel: string, data: unknown): Promise<void> {
    if (!this.#rules(channel).publish) throw new CommandError('permission_denied');
    await this.publishFor(client.caller.tenantId, channel, { data, info: infoOf(client) });
  }

  /** Past what clients may. */
  async publishFor(tenantId: string, channel: string, publication: object): Promise<Position> {
    return this.broker.publish(keyOf(tenantId, channel), JSON.stringify(publication), this.#rules(channel));
  }

  override history({ caller }: Client, request: HistoryRequest): Promise<HistoryPage> {
    return this.historyFor(caller.tenantId, request);
  }

  async historyFor(
    tenantId: string,
    { channel, since, limit, reverse }: HistoryRequest,
  ): Promise<HistoryPage> {
    if (this.#rules(channel).historySize === 0) throw new CommandError('not_available');
    const page = await this.broker.history(keyOf(tenantId, channel), {
      after: since?.offset,
      limit: limit < 0 ? MAX_PAGE : Math.min(limit, MAX_PAGE),
      reverse,
    });
    if (since && since.epoch !== '' && since.epoch !== page.epoch)
      throw new CommandError('unrecoverable_position');
    return page;
  }

  override presence({ caller }: Client, channel: string): Promise<Record<string, ClientInfo>> {
    return this.presenceFor(caller.tenantId, channel);
  }

  async presenceFor(tenantId: string, channel: string): Promise<Record<string, ClientInfo>> {
    if (!this.#rules(channel).presence) throw new CommandError('not_available');
    const clients = await this.broker.present(keyOf(tenantId, channel));
    return Object.fromEntries(clients.map((info) => [info.client, info]));
  }

  /** Where a subscription begins: at the top of the channel, or behind what the client has seen. */
  async #start(key: string, { historySize }: ChannelRules, since: Position | undefined) {
    if (historySize === 0) return { offset: 0, epoch: '', top: 0, recovered: false, publications: [] };
    const page = await this.broker.history(key, {
      after: since?.offset,
      limit: since ? historySize : 0,
      reverse: false,
    });
    const { epoch, offset: top, publications } = page;
    if (since && isWhole(page, since))
      return { epoch, offset: since.offset, top, recovered: true, publications };
    return { epoch, offset: top, top, recovered: false, publications: [] };
  }

  #rules(channel: string): ChannelRules {
    const rules = this.namespaces.get(namespaceOf(channel));
    if (!rules) throw new CommandError('unknown_channel');
    return rules;
  }
}

/** Whether nothing is missing between what the client has seen and the top. */
function isWhole({ epoch, offset, publications }: HistoryPage, since: Position): boolean {
  if (since.epoch !== '' && since.epoch !== epoch) return false;
  return (
    publications.length === offset - since.offset &&
    (publications[0]?.offset ?? offset + 1) === since.offset + 1
  );
}

function wantsMoves({ joinLeave, forcePushJoinLeave }: ChannelRules, ask: SubscribeAsk): boolean {
  return joinLeave && (ask.joinLeave || forcePushJoinLeave);
}

function withoutMoves(mailbox: Mailbox): Listener {
  return {
    push: (publication) => {
      if (publication.move === undefined) mailbox.push(publication);
    },
    gap: () => mailbox.gap(),
  };
}

/** The tenant comes first and its name has no slash in it, so that no channel of one is another's. */
function keyOf(tenantId: string, channel: string): string {
  return `${encodeURIComponent(tenantId)}/${channel}`;
}

import { type BeforeApplicationShutdown, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type FastifyInstance } from 'fastify';
import {
  Broker,
  Channels,
  Gate,
  GeneralChannels,
  Hub,
  MemoryBroker,
  type Namespaces,
  RedisBroker,
  Tokens,
} from '#centrifuge';
import { AuthSettings, CentrifugeSettings, HttpSettings, QueueSettings, StreamSettings } from '#config';
import { Conversations, ConversationsModule } from '#conversations';
import { LedgerModule, MessageReader } from '#ledger';
import { Log, Metrics } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Clock, provide, ThisProcess } from '#runtime';
import { Sockets, SocketsModule } from '#sockets';
import { NewsLine, ReplyStreams, StreamingModule } from '#streaming';
import { AcceptMessage, AcceptModule, CancelMessage, QueuePlaces } from '#walk';
import { CentrifugeRoutes } from './centrifuge/centrifuge-routes.js';
import { ChatRoute } from './centrifuge/chat-route.js';
import { EmulationRoute } from './centrifuge/emulation-route.js';
import { EventChannels } from './centrifuge/event-channels.js';
import { NodeDirectory } from './centrifuge/node-directory.js';
import { PlainEvents } from './centrifuge/plain-events.js';
import { ReplyChannels } from './centrifuge/reply-channels.js';
import { Rpc } from './centrifuge/rpc.js';
import { ServerApi } from './centrifuge/server-api.js';
import { ServerApiRoutes } from './centrifuge/server-api-routes.js';
import { StreamRoutes } from './centrifuge/stream-routes.js';
import { Visitors } from './centrifuge/visitors.js';
import { WebsocketDoor } from './centrifuge/websocket-door.js';
import { OpenStreams } from './open-streams.js';
import { ReplyFeed } from './reply-feed.js';
import { QueueOverview } from './queue-overview.js';
import { QueuesApiModule } from './queues-api.module.js';
import { StreamsApiModule } from './streams-api.module.js';

/** A client with more than this before it is slow; a WebSocket is closed soon after. */
const QUEUE_BYTES = 1_000_000;

function openBroker({ connections }: SharedRedis, clock: Clock): Broker {
  return connections ? new RedisBroker(connections) : new MemoryBroker(clock);
}

function namespacesOf({ value }: CentrifugeSettings): Namespaces {
  return new Map(
    Object.entries(value.namespaces).map(([name, rules]) => [
      name,
      {
        presence: rules.presence,
        publish: rules.publish,
        joinLeave: rules.join_leave,
        forcePushJoinLeave: rules.force_push_join_leave,
        token: rules.token,
        historySize: rules.history_size,
        historyMs: rules.history_ttl,
      },
    ]),
  );
}

function openHub(
  replies: ReplyChannels,
  events: EventChannels,
  general: GeneralChannels,
  { procedures }: Rpc,
  { value }: CentrifugeSettings,
  streams: StreamSettings,
  http: HttpSettings,
  clock: Clock,
  { id }: ThisProcess,
  log: Log,
  metrics: Metrics,
): Hub {
  const now = () => clock.now();
  const at = {
    node: id,
    gate: new Gate(value.token_secret === undefined ? undefined : new Tokens(value.token_secret, now)),
    channels: new Channels([replies, events, general]),
    procedures,
    pingMs: value.ping,
    limits: { queueBytes: QUEUE_BYTES, stallMs: streams.value.write_timeout },
    now,
    onError: (err: unknown) => log.error({ err }, 'a centrifuge connection failed'),
  };
  return new Hub(at, http.value.max_streams, (count) => metrics.centrifugeConnections.set(count));
}

/** The Centrifuge protocol over WebSocket, server-sent events and streamed lines, and chats that are read by it. */
@Module({
  imports: [
    AcceptModule,
    ConversationsModule,
    LedgerModule,
    StreamingModule,
    RedisModule,
    SocketsModule,
    StreamsApiModule,
    QueuesApiModule,
  ],
  providers: [
    provide(Visitors, [AuthSettings, HttpSettings]),
    provide(ReplyChannels, [ReplyFeed, ReplyStreams, OpenStreams, MessageReader]),
    provide(EventChannels, [NewsLine, MessageReader, Conversations]),
    provide(Rpc, [MessageReader, QueuePlaces, CancelMessage, Conversations, QueueOverview, QueueSettings]),
    { provide: Broker, inject: [SharedRedis, Clock], useFactory: openBroker },
    {
      provide: GeneralChannels,
      inject: [Broker, CentrifugeSettings],
      useFactory: (broker: Broker, settings: CentrifugeSettings) =>
        new GeneralChannels(broker, namespacesOf(settings)),
    },
    {
      provide: Hub,
      inject: [
        ReplyChannels,
        EventChannels,
        GeneralChannels,
        Rpc,
        CentrifugeSettings,
        StreamSettings,
        HttpSettings,
        Clock,
        ThisProcess,
        Log,
        Metrics,
      ],
      useFactory: openHub,
    },
    provide(PlainEvents, [ReplyChannels, Visitors, Log]),
    provide(ChatRoute, [AcceptMessage, Visitors]),
    provide(StreamRoutes, [Hub, Visitors, PlainEvents]),
    provide(EmulationRoute, [Hub, Broker]),
    {
      provide: NodeDirectory,
      inject: [Hub, Broker, Log],
      useFactory: (hub: Hub, broker: Broker, log: Log) =>
        new NodeDirectory(hub, broker, (err) => log.warn({ err }, 'this node was not announced')),
    },
    provide(ServerApi, [GeneralChannels, NodeDirectory, Log]),
    provide(WebsocketDoor, [Hub, Visitors]),
    {
      provide: CentrifugeRoutes,
      inject: [ChatRoute, StreamRoutes, EmulationRoute, ServerApi, CentrifugeSettings, Log],
      useFactory: (
        chat: ChatRoute,
        streams: StreamRoutes,
        emulation: EmulationRoute,
        api: ServerApi,
        { value }: CentrifugeSettings,
        log: Log,
      ) => {
        const server = new ServerApiRoutes(api, value.api_key);
        return new CentrifugeRoutes([chat, streams, emulation, server], log);
      },
    },
  ],
})
export class CentrifugeApiModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    private readonly adapter: HttpAdapterHost,
    private readonly routes: CentrifugeRoutes,
    private readonly sockets: Sockets,
    private readonly door: WebsocketDoor,
    private readonly hub: Hub,
    private readonly broker: Broker,
    private readonly nodes: NodeDirectory,
    private readonly log: Log,
  ) {}

  /** After all hooks of the server are there, which routes take over when they are added. */
  onApplicationBootstrap(): void {
    this.routes.addTo(this.adapter.httpAdapter.getInstance<FastifyInstance>());
    this.sockets.add(this.door);
    this.broker.takeFrames(this.hub.at.node, (session, frame) => this.hub.receive(session, frame));
    this.nodes.join();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.hub.close();
    await this.nodes.leave().catch((err: unknown) => this.log.warn({ err }, 'this node did not say goodbye'));
  }
}

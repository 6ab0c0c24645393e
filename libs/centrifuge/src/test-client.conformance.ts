import { createHmac } from 'node:crypto';
import { DEFAULT_TENANT, SCOPES } from '#contracts';
import { eventually, ManualClock } from '#testing';
import { type Broker } from './broker/broker.js';
import { GeneralChannels } from './broker/general-channels.js';
import { MemoryBroker } from './broker/memory-broker.js';
import { type ChannelRules } from './broker/rules.js';
import { Channels, type ChannelSource } from './channel-source.js';
import { type Connection } from './connection.js';
import { Gate, type Visitor } from './gate.js';
import { Hub } from './hub.js';
import { type Disconnect } from './protocol/codes.js';
import { Tokens } from './protocol/tokens.js';
import { type Procedures } from './procedures.js';
import { type Transport } from './protocol/transport.js';

export const SECRET = 'secret-of-the-test';

const OPEN: ChannelRules = {
  presence: true,
  publish: true,
  joinLeave: false,
  forcePushJoinLeave: false,
  token: false,
  historySize: 100,
  historyMs: 300_000,
};

const NAMESPACES = new Map<string, ChannelRules>([
  ['', OPEN],
  ['small', { ...OPEN, historySize: 2 }],
  ['plain', { ...OPEN, historySize: 0, presence: false }],
  ['quiet', { ...OPEN, publish: false }],
  ['lively', { ...OPEN, joinLeave: true }],
  ['loud', { ...OPEN, joinLeave: true, forcePushJoinLeave: true, historySize: 0 }],
  ['private', { ...OPEN, token: true }],
]);

// A test reads whatever fields it expects, and fails where they are not there.
// oxlint-disable-next-line typescript/no-explicit-any
export type Message = any;

export function token(claims: object, { secret = SECRET, alg = 'HS256' } = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg, typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

export const ANYBODY = { tenantId: DEFAULT_TENANT, keyName: 'anonymous', scopes: SCOPES };

/** Who needs no key. */
export const VISITOR: Visitor = { caller: ANYBODY, callerOf: () => ANYBODY };

/** A node of which a test can be a client. */
export function openNode({
  broker,
  sources = [],
  queueBytes = 1_000_000,
  procedures = new Map(),
}: {
  broker?: Broker;
  sources?: readonly ChannelSource[];
  queueBytes?: number;
  procedures?: Procedures;
} = {}) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const general = new GeneralChannels(broker ?? new MemoryBroker(clock), NAMESPACES);
  const at = {
    node: 'node-1',
    gate: new Gate(new Tokens(SECRET, () => clock.now())),
    channels: new Channels([...sources, general]),
    procedures,
    pingMs: 25_000,
    limits: { queueBytes, stallMs: 10_000 },
    now: () => clock.now(),
    onError: (error: unknown) => errors.push(error),
  };
  const hub = new Hub(at, 10);
  return { clock, hub, general, errors };
}

/** A client of the protocol, without any other library than the one under test. */
export class TestClient implements Transport {
  readonly messages: Message[] = [];
  /** How many messages came in each frame. */
  readonly frames: number[] = [];
  readonly connection: Connection;
  closedWith: Disconnect | undefined;
  /** As if the peer had not taken so much. */
  buffered = 0;
  #id = 0;
  #resume: () => void = () => undefined;

  constructor(
    hub: Hub,
    visitor: Visitor = VISITOR,
    readonly emulated = false,
    readonly unidirectional = false,
  ) {
    this.connection = hub.open(this, visitor);
  }

  send(messages: readonly string[]): void {
    this.frames.push(messages.length);
    for (const message of messages) this.messages.push(JSON.parse(message));
  }

  drained(): Promise<void> {
    return new Promise((resolve) => (this.#resume = resolve));
  }

  /** Takes everything. */
  drain(): void {
    this.buffered = 0;
    this.#resume();
  }

  close(disconnect: Disconnect): void {
    this.closedWith = disconnect;
  }

  /** The answer to one command. */
  async ask(command: object): Promise<Message> {
    const id = (this.#id += 1);
    this.connection.receive(JSON.stringify({ id, ...command }));
    return this.next((message) => message.id === id);
  }

  connect(request: object = {}): Promise<Message> {
    return this.ask({ connect: request });
  }

  next(matches: (message: Message) => boolean): Promise<Message> {
    return eventually(
      () => {
        const found = this.messages.find(matches);
        if (found === undefined) throw new Error(`not among ${JSON.stringify(this.messages)}`);
        return found;
      },
      { everyMs: 1, timeoutMs: 5_000 },
    );
  }

  /** Once the server has ended the connection. */
  ended(): Promise<Disconnect> {
    return eventually(
      () => {
        if (!this.closedWith) throw new Error(`still open: ${JSON.stringify(this.messages)}`);
        return this.closedWith;
      },
      { everyMs: 1, timeoutMs: 5_000 },
    );
  }

  /** What was published in a channel since it subscribed, as data. */
  published(channel: string): unknown[] {
    return this.messages.flatMap(({ push }) =>
      push?.channel === channel && push.pub ? [push.pub.data] : [],
    );
  }
}

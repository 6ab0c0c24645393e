import { randomUUID } from 'node:crypto';
import { AppError } from '#contracts';
import { runCommand } from './commands.js';
import { asCommandError, isUnforeseen } from './failures.js';
import { type Admitted, type Visitor } from './gate.js';
import { type Peer, type Surroundings } from './peer.js';
import { type Disconnect, DisconnectError, DISCONNECTS } from './protocol/codes.js';
import { type Command, isPong, parseCommands } from './protocol/commands.js';
import { Outbox } from './protocol/outbox.js';
import { type Transport } from './protocol/transport.js';
import { Subscriptions } from './subscriptions.js';

/** Most commands of one connection that wait to be done. */
const MAX_WAITING = 1_024;

/** A connection that does not say who it is for so long is closed. */
const STALE_MS = 15_000;
const PONG_MS = 10_000;

/** A client whose token has expired has so much more time to send another one. */
const GRACE_SECONDS = 25;

/** Subscribers tell that they are still there this often. */
const TOUCH_MS = 25_000;

/** One client of the Centrifuge protocol, whatever it came by: does its commands one after the other, in their order. */
export class Connection implements Peer {
  readonly session = randomUUID();
  readonly outbox: Outbox;
  readonly subscriptions: Subscriptions;
  admitted: Admitted | undefined;
  readonly turns = { tokens: 0, at: 0 };
  readonly #waiting: Command[] = [];
  readonly #openedAt: number;
  #working = false;
  #closed = false;
  /** No command is taken after a connect that was refused. */
  #refused = false;
  #pingAt = Infinity;
  #pongBy = Infinity;
  #touchAt = Infinity;

  constructor(
    readonly at: Surroundings,
    private readonly transport: Transport,
    readonly visitor: Visitor,
    private readonly onClose: (connection: Connection) => void,
  ) {
    this.#openedAt = at.now();
    this.outbox = new Outbox(transport, at.limits, () => this.disconnect(DISCONNECTS.slow));
    this.subscriptions = new Subscriptions(at.channels, {
      outbox: this.outbox,
      now: at.now,
      disconnect: (why) => this.disconnect(why),
      onError: (error) => this.#told(error),
    });
  }

  /** A frame from the client. */
  receive(frame: string): void {
    if (this.#closed) return;
    try {
      this.#waiting.push(...parseCommands(frame));
    } catch {
      return this.disconnect(DISCONNECTS.bad_request);
    }
    if (this.#waiting.length > MAX_WAITING) return this.disconnect(DISCONNECTS.too_many_requests);
    if (!this.#working) void this.#work();
  }

  /** The transport is gone. */
  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting.length = 0;
    this.outbox.close();
    this.onClose(this);
    this.subscriptions.close().catch((error: unknown) => this.#told(error));
  }

  disconnect(why: Disconnect): void {
    if (this.#closed) return;
    this.outbox.flush();
    this.transport.close(why);
    this.closed();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get isEmulated(): boolean {
    return this.transport.emulated;
  }

  get isUnidirectional(): boolean {
    return this.transport.unidirectional;
  }

  /** From its first admission on it is pinged. */
  admit(admitted: Admitted): void {
    const now = this.at.now();
    const isFirst = this.admitted === undefined;
    this.admitted = admitted;
    if (!isFirst) return;
    // Spread, so that the clients of a restarted process are not all pinged at once.
    this.#pingAt = now + this.at.pingMs * (0.5 + Math.random() / 2);
    this.#touchAt = now + TOUCH_MS;
  }

  /** What is due; once a second. */
  tick(): void {
    const now = this.at.now();
    if (!this.admitted) {
      if (now - this.#openedAt > STALE_MS) this.disconnect(DISCONNECTS.stale);
      return;
    }
    const { expiresAt } = this.admitted;
    if (now >= this.#pongBy) return this.disconnect(DISCONNECTS.no_pong);
    if (expiresAt !== undefined && now / 1_000 >= expiresAt + GRACE_SECONDS)
      return this.disconnect(DISCONNECTS.expired);
    this.subscriptions.expire(now / 1_000 - GRACE_SECONDS);
    if (now >= this.#pingAt) this.#ping(now);
    if (now >= this.#touchAt) this.#touch(now);
  }

  #ping(now: number): void {
    this.outbox.push('{}');
    this.#pingAt = now + this.at.pingMs;
    // Of a response that nobody reads the writes fail, so its client need not post an answer.
    if (!this.transport.emulated) this.#pongBy = now + Math.min(PONG_MS, this.at.pingMs * 0.9);
  }

  #touch(now: number): void {
    this.#touchAt = now + TOUCH_MS;
    this.subscriptions.touch().catch((error: unknown) => this.#told(error));
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let command = this.#waiting.shift(); command && !this.#closed; command = this.#waiting.shift())
      await this.#do(command);
    this.#working = false;
  }

  async #do(command: Command): Promise<void> {
    if (isPong(command)) return this.#pong();
    try {
      if (this.#refused || command.id === 0) throw refusalOf(command);
      const { name, json, begin } = await runCommand(this, command);
      if (this.#closed) return;
      this.outbox.push(`{"id":${command.id},"${name}":${json}}`);
      begin?.();
    } catch (error) {
      this.#failed(command, error);
    }
  }

  #pong(): void {
    if (this.#pongBy === Infinity) return this.disconnect(DISCONNECTS.bad_request);
    this.#pongBy = Infinity;
  }

  #failed(command: Command, error: unknown): void {
    if (error instanceof DisconnectError) return this.disconnect(error.disconnect);
    if (isUnforeseen(error)) this.at.onError(error);
    if (command.connect) this.#refused = true;
    this.outbox.push(JSON.stringify({ id: command.id, error: asCommandError(error).row }));
  }

  #told(error: unknown): void {
    if (!(error instanceof AppError) || error.code === 'internal') this.at.onError(error);
  }
}

function refusalOf({ send }: Command): DisconnectError {
  return new DisconnectError(send === undefined ? 'bad_request' : 'not_available');
}

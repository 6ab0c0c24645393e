import { EventEmitter } from 'node:events';
import { ClientProxy, type CustomTransportStrategy, type ReadPacket, Server } from '@nestjs/microservices';

/** What client and server of one process have in common. */
export class LocalLine extends EventEmitter {}

/** Receives the control events of the own process; the counterpart of Nest's Redis server. */
export class InProcessServer extends Server implements CustomTransportStrategy {
  constructor(private readonly line: LocalLine) {
    super();
  }

  listen(callback: () => void): void {
    for (const [pattern] of this.messageHandlers)
      this.line.on(
        pattern,
        (data: unknown) => void this.handleEvent(pattern, { pattern, data }, {} as never),
      );
    callback();
  }

  close(): void {
    this.line.removeAllListeners();
  }

  on(): void {
    // Nothing ever happens to a line inside of one process.
  }

  unwrap<T>(): T {
    return this.line as T;
  }
}

/** Sends control events to the own process. */
export class InProcessClient extends ClientProxy {
  constructor(private readonly line: LocalLine) {
    super();
  }

  connect(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    // The server takes its listeners off.
  }

  /** Asynchronously, as over the network: a listener must not run inside of whoever publishes. */
  protected override dispatchEvent<T>({ pattern, data }: ReadPacket): Promise<T> {
    setImmediate(() => this.line.emit(pattern as string, data));
    return Promise.resolve(undefined as T);
  }

  protected override publish(): () => void {
    throw new Error('The control bus carries events, not requests');
  }

  override unwrap<T>(): T {
    return this.line as T;
  }
}

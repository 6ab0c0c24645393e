import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type TaskEvent } from '#contracts';

/** A callback as it came, and what the receiver answered; null: nothing. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: TaskEvent;
  readonly status: number | null;
  readonly at: number;
}

/** How a path answers: a status, so many failures and then 204, or never. */
export type Manners = { readonly status: number } | { readonly failures: number } | 'hang';

/** A receiver of callbacks that keeps what it got and answers as the test says. */
export class CallbackReceiver {
  readonly received: Received[] = [];
  readonly #manners = new Map<string, Manners>();
  #server: Server | undefined;

  private constructor(readonly port: number) {}

  static async start(): Promise<CallbackReceiver> {
    const server = await listen(0);
    const receiver = new CallbackReceiver((server.address() as AddressInfo).port);
    receiver.#serve(server);
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** From now on the path answers like this; a path of which nothing was said answers 204. */
  behave(path: string, manners: Manners): void {
    this.#manners.set(path, manners);
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
  }

  /** Of those that were taken, what was told of a task, in the order in which it came. */
  taken(taskId: string): TaskEvent[] {
    return this.received
      .filter(({ status, event }) => status !== null && status < 300 && event.task_id === taskId)
      .map(({ event }) => event);
  }

  /** Nothing listens on the port any more. */
  async die(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  async revive(): Promise<void> {
    this.#serve(await listen(this.port));
  }

  #serve(server: Server): void {
    this.#server = server;
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!;
    const body = await text(request);
    const status = this.#statusOf(path);
    const event = JSON.parse(body) as TaskEvent;
    this.received.push({ path, headers: request.headers, body, event, status, at: performance.now() });
    if (status !== null) response.writeHead(status).end();
  }

  #statusOf(path: string): number | null {
    const manners = this.#manners.get(path);
    if (manners === 'hang') return null;
    if (manners && 'status' in manners) return manners.status;
    if (!manners || manners.failures === 0) return 204;
    this.#manners.set(path, { failures: manners.failures - 1 });
    return 500;
  }
}

async function listen(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

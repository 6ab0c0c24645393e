import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { type Config } from '#config';

/** Where gateways listen, too; undefined: nowhere else. */
export function furtherPortOf({ http, centrifuge }: Config): number | undefined {
  return centrifuge.port === http.port && http.port !== 0 ? undefined : centrifuge.port;
}

/**
 * A second port of a server, for clients that have that one written into them. What connects there is handed to the same
 * server, with its routes, limits and end: who has asked by then is answered before the server has closed.
 */
export class FurtherPort {
  readonly #listener;

  /** @param server one that does not listen yet */
  constructor(server: FastifyInstance) {
    // As Node's own HTTP server has its sockets.
    this.#listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      server.server.emit('connection', socket),
    );
    let closed: Promise<unknown> = Promise.resolve();
    server.addHook('preClose', (done) => {
      if (this.#listener.listening) closed = new Promise((resolve) => this.#listener.close(resolve));
      done();
    });
    server.addHook('onClose', async () => void (await closed));
  }

  /**
   * Answers with the port: another one for 0.
   * @throws Error which port it is, and what to change
   */
  async listen(port: number, host: string): Promise<number> {
    try {
      this.#listener.listen(port, host);
      await once(this.#listener, 'listening');
    } catch (error) {
      throw new Error(explain(error as NodeJS.ErrnoException, port), { cause: error });
    }
    return (this.#listener.address() as AddressInfo).port;
  }
}

function explain({ code, message }: NodeJS.ErrnoException, port: number): string {
  if (code === 'EADDRINUSE')
    return `the port ${port} is taken; choose another one with CENTRIFUGE_PORT, or none`;
  return `the port ${port} of CENTRIFUGE_PORT cannot be listened on: ${message}`;
}

import { type Caller } from '#contracts';
import { type Socket } from '#sockets';
import { type TaskEvents } from '#streaming';

/** Tells sockets what becomes of the tasks of their tenants. */
export class SocketTasks {
  constructor(private readonly events: TaskEvents) {}

  /**
   * From now on until the socket is gone or the answer is called, which may happen more than once; nothing where the caller
   * may not read. Events that a slow client does not take close its connection, like everything else.
   */
  follow({ tenantId, scopes }: Caller, socket: Socket): () => void {
    if (!scopes.includes('read')) return () => undefined;
    const stop = this.events.listen(tenantId, (event) => socket.send(JSON.stringify(event)));
    socket.onClose(stop);
    return stop;
  }
}

import { type Caller, type TaskEvent } from '#contracts';
import { type Socket } from '#sockets';
import { type TaskEvents } from '#streaming';

/** Made once, however many listen. */
const texts = new WeakMap<TaskEvent, string>();

/** Tells sockets how the tasks of their tenant are doing; whoever reads too slowly misses news, and asks for the task. */
export class SocketTasks {
  constructor(private readonly events: TaskEvents) {}

  /**
   * From now on until the socket is gone or the answer is called, which may happen more than once; nothing where the caller
   * may not read.
   */
  follow({ tenantId, scopes }: Caller, socket: Socket): () => void {
    if (!scopes.includes('read')) return () => undefined;
    const stop = this.events.listen(tenantId, (event) => {
      if (!socket.isFull) socket.send(textOf(event));
    });
    socket.onClose(stop);
    return stop;
  }
}

function textOf(event: TaskEvent): string {
  let text = texts.get(event);
  if (text === undefined) {
    text = JSON.stringify(event);
    texts.set(event, text);
  }
  return text;
}

import { type Caller, type TaskEvent } from '#contracts';
import { type Socket } from '#sockets';
import { type NewsLine } from '#streaming';

/** Made once, however many listen. */
const texts = new WeakMap<TaskEvent, string>();

/** Tells sockets how the tasks of their tenant are doing; whoever reads too slowly misses news, and asks for the task. */
export class SocketTasks {
  constructor(private readonly news: NewsLine) {}

  /**
   * From now on until the socket is gone or the answer is called, which may happen more than once; nothing where the caller
   * may not read.
   */
  follow({ tenantId, scopes }: Caller, socket: Socket): () => void {
    if (!scopes.includes('read')) return () => undefined;
    const listening = this.news.listen(tenantId, 'tasks', {
      told: ({ task }) => {
        if (task && !socket.isFull) socket.send(textOf(task));
      },
    });
    const stop = () => listening.stop();
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

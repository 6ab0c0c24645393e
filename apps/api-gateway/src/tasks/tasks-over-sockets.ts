import { type Caller, type TaskEvent } from '#contracts';
import { type Socket } from '#sockets';
import { type TaskEvents } from '#streaming';
import { type TaskEventSource } from '../chat/socket-tasks.js';

/** Made once, however many listen. */
const texts = new WeakMap<TaskEvent, string>();

/** Tells sockets how the tasks of their tenant are doing; whoever reads too slowly misses news, and asks for the task. */
export class TasksOverSockets implements TaskEventSource {
  constructor(private readonly events: TaskEvents) {}

  follow({ tenantId }: Caller, socket: Socket): () => void {
    const leave = this.events.listen(tenantId, (event) => {
      if (!socket.isFull) socket.send(textOf(event));
    });
    socket.onClose(leave);
    return leave;
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

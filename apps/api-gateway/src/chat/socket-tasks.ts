import { AppError, type Caller } from '#contracts';
import { type Socket } from '#sockets';

/** Whoever can tell clients what becomes of tasks. */
export interface TaskEventSource {
  /**
   * Sends the task events of the caller's tenant to the socket, from now on until it is gone or the answer is called, which
   * may happen more than once.
   */
  follow(caller: Caller, socket: Socket): () => void;
}

/** Where the tasks plug in what they tell over `/ws`; while nobody has, there is no such mode. */
export class SocketTasks {
  #source: TaskEventSource | undefined;

  plugIn(source: TaskEventSource): void {
    this.#source = source;
  }

  /** @throws AppError mode_unavailable */
  require(): void {
    if (!this.#source)
      throw new AppError('mode_unavailable', 'mode=tasks is not served here; use mode=chat or mode=session');
  }

  /** Does nothing where nobody can tell, or the caller may not read. */
  follow(caller: Caller, socket: Socket): () => void {
    const source = caller.scopes.includes('read') ? this.#source : undefined;
    return source?.follow(caller, socket) ?? (() => undefined);
  }
}

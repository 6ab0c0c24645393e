import { EventEmitter } from 'node:events';

/** Wakes dispatchers. Rings may get lost or doubled: whoever listens also looks by himself now and then. */
export abstract class Doorbell {
  protected readonly listeners = new EventEmitter().setMaxListeners(0);

  abstract ring(): void;

  /** Rings for jobs that are being added. */
  async ringBehind(adding: Promise<unknown>): Promise<void> {
    await adding;
    this.ring();
  }

  onRing(listener: () => void): () => void {
    this.listeners.on('ring', listener);
    return () => this.listeners.off('ring', listener);
  }

  close(): void {
    this.listeners.removeAllListeners();
  }
}

/** The doorbell of one process. */
export class LocalDoorbell extends Doorbell {
  ring(): void {
    this.listeners.emit('ring');
  }
}

import { type Writable } from 'node:stream';

/**
 * What is written in one turn of the event loop goes out as one piece. A client of Redis writes each command by itself, and
 * each is a call of the system for both sides: where answers come in groups, and each asks something else, this was a quarter
 * of what a message costs a worker.
 */
export function gatherWrites(stream: Writable): void {
  const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
  let isGathering = false;
  const send = () => {
    isGathering = false;
    stream.uncork();
  };
  stream.write = (...args: unknown[]) => {
    if (!isGathering) {
      isGathering = true;
      stream.cork();
      process.nextTick(send);
    }
    return write(...args);
  };
}

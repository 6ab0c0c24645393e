import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { type Disk } from './disk.js';
import { halt } from './halt.js';
import { type WriteAheadLog } from './write-ahead-log.js';

/** Of the log; all other files hold what the log tells, and may reach the disk only after it. */
const SEGMENT = /[\\/]pg_wal[\\/][0-9A-F]{24}$/;

/** What the database cannot go on without when it fails in the middle. */
const VITAL = /[\\/](pg_wal[\\/]|global[\\/]pg_control$)/;

/** Errors as the C library of WebAssembly numbers them. */
const EEXIST = 20;
const ENOENT = 44;
const REASONS: Readonly<Record<number, string>> = { 29: 'input/output error', 51: 'no space left on device' };

type Node = object;

/** An open file of Emscripten's `NODEFS`. */
interface Stream {
  readonly node: Node;
}

type Operation = (...args: never[]) => unknown;

/** The part of Emscripten's `NODEFS` that is changed here. */
interface HostFiles {
  readonly realPath: (node: Node) => string;
  readonly stream_ops: Record<'open' | 'write', Operation> & { fsync?: (stream: Stream) => number };
  readonly node_ops: Record<'mknod' | 'rename' | 'setattr' | 'unlink', Operation>;
}

/**
 * The files of the embedded database in a folder of the host, with what PGlite leaves out: `fsync` reaches the disk
 * (its own answers that all is well and does nothing), and nothing overtakes the write-ahead log. The log itself is
 * synced behind the database's back, by {@link WriteAheadLog}.
 *
 * When the log or the control file cannot be written, the database is halted in the middle of what it does.
 */
export class SyncedFiles extends NodeFS {
  #module: object = {};

  constructor(
    folder: string,
    private readonly log: WriteAheadLog,
    private readonly disk: Disk,
  ) {
    super(folder);
  }

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const attach: NonNullable<typeof emscriptenOpts.preRun>[number] = (module) => {
      this.#module = module;
      this.#attach(module.NODEFS as unknown as HostFiles);
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), attach] } };
  }

  #attach({ stream_ops: streams, node_ops: nodes, realPath }: HostFiles): void {
    const ofStream = ({ node }: Stream) => realPath(node);
    const ofName = (folder: Node, name: string) => join(realPath(folder), name);
    streams.open = this.#guarded(streams.open, ofStream);
    streams.write = this.#guarded(streams.write, ofStream, true);
    nodes.mknod = this.#guarded(nodes.mknod, ofName);
    nodes.unlink = this.#guarded(nodes.unlink, ofName, true);
    nodes.rename = this.#guarded(nodes.rename, realPath, true);
    nodes.setattr = this.#guarded(nodes.setattr, realPath, true);
    streams.fsync = ({ node }) => this.#sync(realPath(node));
  }

  /** @param changes whether it must not reach the disk before the log, unless it is the log */
  #guarded<A extends unknown[]>(
    operation: Operation,
    pathOf: (...args: A) => string,
    changes = false,
  ): Operation {
    return (...args: never[]) => {
      const path = () => pathOf(...(args as unknown as A));
      if (changes && this.log.isBehind && !SEGMENT.test(path())) this.#orHalt(() => this.log.syncNow());
      try {
        return operation(...args);
      } catch (error) {
        if (!this.#isFatal(error, path())) throw error;
        return this.#halt(new Error(reasonOf(error), { cause: error }));
      }
    };
  }

  #isFatal(error: unknown, path: string): boolean {
    const { errno } = error as { errno?: number };
    return errno !== ENOENT && errno !== EEXIST && VITAL.test(path);
  }

  #sync(path: string): number {
    this.#orHalt(() => {
      if (SEGMENT.test(path)) this.log.ask(path);
      else this.disk.syncPathNow(path);
    });
    return 0;
  }

  #orHalt(sync: () => void): void {
    try {
      sync();
    } catch (error) {
      this.#halt(error);
    }
  }

  #halt(cause: unknown): never {
    const failure = this.log.fail(cause);
    halt(this.#module, failure);
    throw failure;
  }
}

function reasonOf(error: unknown): string {
  const { errno, message } = error as { errno?: number; message?: string };
  return REASONS[errno ?? 0] ?? `error ${errno ?? ''} ${message ?? ''}`;
}

import { NodeFS } from '@electric-sql/pglite/nodefs';
import { type Disk } from './disk.js';
import { type WriteAheadLog } from './write-ahead-log.js';

/** Of the log; all other files hold what the log tells, and may reach the disk only after it. */
const SEGMENT = /[\\/]pg_wal[\\/][0-9A-F]{24}$/;

/** `EIO`, as the C library of WebAssembly numbers it. */
const IO_ERROR = 29;

/** An open file of Emscripten's `NODEFS`. */
interface Stream {
  readonly node: object;
}

type Operation = (...args: never[]) => unknown;

/** The part of Emscripten's `NODEFS` that is changed here. */
interface HostFiles {
  realPath(node: object): string;
  readonly stream_ops: { write: Operation; fsync?: (stream: Stream) => number };
  readonly node_ops: Record<'rename' | 'unlink' | 'setattr', Operation>;
}

/**
 * The files of the embedded database in a folder of the host, with what PGlite leaves out: `fsync` reaches the disk
 * (its own answers that all is well and does nothing), and nothing overtakes the write-ahead log. The log itself is
 * synced behind the database's back, by {@link WriteAheadLog}.
 */
export class SyncedFiles extends NodeFS {
  constructor(
    folder: string,
    private readonly log: WriteAheadLog,
    private readonly disk: Disk,
  ) {
    super(folder);
  }

  override async init(...args: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const { emscriptenOpts } = await super.init(...args);
    const attach: NonNullable<typeof emscriptenOpts.preRun>[number] = ({ NODEFS }) =>
      this.#attach(NODEFS as unknown as HostFiles);
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...(emscriptenOpts.preRun ?? []), attach] } };
  }

  #attach(files: HostFiles): void {
    const { stream_ops: streams, node_ops: nodes } = files;
    const isLog = ({ node }: Stream) => SEGMENT.test(files.realPath(node));
    streams.fsync = ({ node }) => this.#sync(files.realPath(node));
    const { write } = streams;
    streams.write = (...args) => {
      if (this.log.isBehind && !isLog(args[0] as unknown as Stream)) this.log.syncNow();
      return write(...args);
    };
    for (const name of ['rename', 'unlink', 'setattr'] as const) {
      const operation = nodes[name];
      nodes[name] = (...args) => {
        this.log.syncNow();
        return operation(...args);
      };
    }
  }

  #sync(path: string): number {
    try {
      if (SEGMENT.test(path)) this.log.ask(path);
      else this.disk.syncPathNow(path);
      return 0;
    } catch (error) {
      this.log.fail(error);
      return IO_ERROR;
    }
  }
}

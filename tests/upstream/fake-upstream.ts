import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ClientGone } from './answer.js';
import { type Behaviour } from './behaviour.js';
import { BehaviourScript } from './behaviour-script.js';
import { CallLog, type UpstreamCall } from './call-log.js';
import { Routes } from './routes.js';

export interface FakeUpstreamOptions {
  /** 0, a free one, when left out. */
  readonly port?: number;
  /** Where it listens; 127.0.0.1 when left out. */
  readonly host?: string;
  /** JSON lines are appended to it; see CallLog. */
  readonly logFile?: string;
  readonly behaviours?: readonly Behaviour[];
  readonly models?: readonly string[];
}

export interface FakeUpstream {
  /** Without `/v1`. */
  readonly url: string;
  /** As `PUT /control/behaviour`. */
  behave(...behaviours: Behaviour[]): void;
  /** As `GET /control/calls`, oldest first. */
  calls(): UpstreamCall[];
  /** As `DELETE /control/calls`. */
  clearCalls(): void;
  close(): Promise<void>;
}

/** A model server whose behaviour the test writes; it speaks as OpenAI and as Anthropic do. */
export async function startFakeUpstream(options: FakeUpstreamOptions = {}): Promise<FakeUpstream> {
  const script = new BehaviourScript(options.behaviours ?? []);
  const log = new CallLog(options.logFile);
  const server = listen(new Routes(script, log, options.models ?? ['fake-model']), options);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    behave: (...behaviours) => script.replace(behaviours),
    calls: () => log.calls,
    clearCalls: () => log.clear(),
    close: () => close(server, log),
  };
}

/** The backlog is long because a benchmark opens thousands of connections at once. */
function listen(routes: Routes, { port = 0, host = '127.0.0.1' }: FakeUpstreamOptions): Server {
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (request, response) => {
    routes.handle(request, response).catch((error: Error) => {
      if (!(error instanceof ClientGone)) response.destroy(error);
    });
  });
  return server.listen({ port, host, backlog: 4096 });
}

async function close(server: Server, log: CallLog): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
  log.close();
}

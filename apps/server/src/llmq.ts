import { runCli, type Start } from '#cli';
import { processEnvironment } from '#config';

const interrupted = new AbortController();
let serves = false;

/** The first Ctrl-C ends a command in order, the second one at once. */
function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
}

/**
 * A process of the system sees to its signals and its end itself. It is loaded when it is started: a command that
 * asks another process must not wait for all of it.
 */
function serving(load: () => Promise<Start>): Start {
  return async (args) => {
    serves = true;
    process.off('SIGINT', interrupt);
    const { startOrExit } = await import('#runtime');
    return startOrExit(async () => (await load())(args));
  };
}

async function main(): Promise<void> {
  process.on('SIGINT', interrupt);
  // Whoever reads us may have seen enough: `llmq messages | head`.
  process.stdout.on('error', () => {
    if (!serves) process.exit(0);
  });
  const code = await runCli(process.argv.slice(2), {
    env: processEnvironment(),
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
    signal: interrupted.signal,
    starts: {
      server: serving(async () => (await import('./start.js')).startServer),
      'api-gateway': serving(async () => (await import('#apps/api-gateway')).startApiGateway),
      'queue-manager': serving(async () => (await import('#apps/queue-manager')).startQueueManager),
      scheduler: serving(async () => (await import('#apps/scheduler')).startScheduler),
    },
  });
  if (!serves) process.stdout.write('', () => process.exit(code));
}

void main();

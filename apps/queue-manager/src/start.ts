import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess } from '#runtime';
import { QueueManagerModule } from './queue-manager.module.js';

/** The worker role as a process of its own. */
export async function startQueueManager(args: readonly string[]): Promise<void> {
  const config = configFromCommandLine(args, { defaultPort: 8081, check: checkCatalog });
  const app = await createApp(config, 'queue-manager', [QueueManagerModule]);
  connectControl(app);
  await runProcess(app, config);
}

import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess } from '#runtime';
import { SchedulerModule } from './scheduler.module.js';

/** The scheduler role as a process of its own. */
export async function startScheduler(args: readonly string[]): Promise<void> {
  const config = configFromCommandLine(args, { defaultPort: 8082, check: checkCatalog });
  const app = await createApp(config, 'scheduler', [SchedulerModule]);
  connectControl(app);
  await runProcess(app, config);
}

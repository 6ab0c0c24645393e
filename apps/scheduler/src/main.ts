import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess, startOrExit } from '#runtime';
import { SchedulerModule } from './scheduler.module.js';

await startOrExit(async () => {
  const config = configFromCommandLine(process.argv.slice(2), { defaultPort: 8082, check: checkCatalog });
  const app = await createApp(config, 'scheduler', [SchedulerModule]);
  connectControl(app);
  await runProcess(app, config);
});

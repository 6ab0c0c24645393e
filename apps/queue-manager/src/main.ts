import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess, startOrExit } from '#runtime';
import { QueueManagerModule } from './queue-manager.module.js';

await startOrExit(async () => {
  const config = configFromCommandLine(process.argv.slice(2), 8081);
  const app = await createApp(config, 'queue-manager', [QueueManagerModule]);
  connectControl(app);
  await runProcess(app, config);
});

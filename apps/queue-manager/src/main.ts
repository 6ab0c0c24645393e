import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess, startOrExit } from '#runtime';
import { QueueManagerModule } from './queue-manager.module.js';

await startOrExit(async () => {
  const config = configFromCommandLine(process.argv.slice(2), { defaultPort: 8081, check: checkCatalog });
  const app = await createApp(config, 'queue-manager', [QueueManagerModule]);
  connectControl(app);
  await runProcess(app, config);
});

import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, runProcess, startOrExit } from '#runtime';
import { ApiGatewayModule } from './api-gateway.module.js';

await startOrExit(async () => {
  const config = configFromCommandLine(process.argv.slice(2), { check: checkCatalog });
  const app = await createApp(config, 'api-gateway', [ApiGatewayModule]);
  connectControl(app);
  await runProcess(app, config);
});

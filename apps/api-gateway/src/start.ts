import { checkCatalog } from '#catalog';
import { configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { createApp, furtherPortOf, runProcess } from '#runtime';
import { ApiGatewayModule } from './api-gateway.module.js';

/** The gateway role as a process of its own. */
export async function startApiGateway(args: readonly string[]): Promise<void> {
  const config = configFromCommandLine(args, { check: checkCatalog });
  const app = await createApp(config, 'api-gateway', [ApiGatewayModule]);
  connectControl(app);
  await runProcess(app, config, furtherPortOf(config));
}

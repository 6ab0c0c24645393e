import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FastifyInstance } from 'fastify';
import { ApiGatewayModule } from '#apps/api-gateway';
import { loadConfig } from '#config';
import { connectControl } from '#control';
import { createApp } from '#runtime';

/** Every route that a gateway really has, as `GET /path/:name`. */
export async function routeTable(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-routes-'));
  const config = loadConfig({ env: { DATA_DIR: folder, PORT: '0', LOG_LEVEL: 'silent' } });
  const app = await createApp(config, 'api-gateway', [ApiGatewayModule]);
  const routes: string[] = [];
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  server.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push(`${one} ${url}`);
  });
  connectControl(app);
  await app.init();
  await server.ready();
  await app.close();
  rmSync(folder, { recursive: true, force: true });
  return routes;
}

import { Catalogs, checkCatalog, type ProviderSpec } from '#catalog';
import { type Config, configFromCommandLine, StorageSettings } from '#config';
import { connectControl } from '#control';
import { openAhead } from '#database';
import { type Addresses, createApp, furtherPortOf, runProcess } from '#runtime';

/** What somebody who has just started the system wants to know. */
function welcome({ url, furtherUrl }: Addresses, { storage }: Config, provider: ProviderSpec): string {
  const ledger = storage.database_url === undefined ? `embedded database in ${storage.data_dir}` : 'Postgres';
  const schedule = storage.redis_url === undefined ? 'in this process' : 'Redis';
  return `
LLM Message Queue answers at ${url}${furtherUrl ? ` and ${furtherUrl}` : ''}

  profile   ${storage.redis_url === undefined && storage.database_url === undefined ? 'embedded' : 'shared'}: ledger ${ledger}, schedule and streams ${schedule}
  provider  ${describe(provider)}
  reference ${url}/docs
  health    ${url}/api/v1/health
  metrics   ${url}/metrics

Try it:
  curl -s ${url}/api/v1/messages -H 'content-type: application/json' \\
    -d '{"user_id": "me", "content": "Hello!", "priority": "high"}'
  curl -N ${url}/api/v1/messages/<id of the answer>/stream
`;
}

function describe({ kind, defaultModel, endpoints }: ProviderSpec): string {
  if (kind === 'simulator') return 'simulator (set OPENAI_API_KEY, or another one, for a real provider)';
  return `${defaultModel} at ${endpoints.map(({ url }) => url).join(', ')}`;
}

/** Loaded while the database opens, which is the longest part of a start. */
async function loadRoles() {
  const [{ ApiGatewayModule }, { QueueManagerModule }, { SchedulerModule }] = await Promise.all([
    import('#apps/api-gateway'),
    import('#apps/queue-manager'),
    import('#apps/scheduler'),
  ]);
  return [ApiGatewayModule, QueueManagerModule, SchedulerModule];
}

/** The three roles in one process. */
export async function startServer(args: readonly string[]): Promise<void> {
  const config = configFromCommandLine(args, { check: checkCatalog });
  openAhead(new StorageSettings(config.storage));
  const app = await createApp(config, 'server', await loadRoles());
  connectControl(app);
  const addresses = await runProcess(app, config, furtherPortOf(config));
  process.stdout.write(welcome(addresses, config, app.get(Catalogs).now.defaultProvider));
}

import { ApiGatewayModule } from '#apps/api-gateway';
import { type Config, configFromCommandLine } from '#config';
import { connectControl } from '#control';
import { QueueManagerModule } from '#apps/queue-manager';
import { createApp, runProcess, startOrExit } from '#runtime';
import { SchedulerModule } from '#apps/scheduler';

/** What somebody who has just started the system wants to know. */
function welcome(url: string, { storage, providers }: Config): string {
  const ledger = storage.database_url === undefined ? `embedded database in ${storage.data_dir}` : 'Postgres';
  const schedule = storage.redis_url === undefined ? 'in this process' : 'Redis';
  const { openai } = providers;
  const provider =
    openai.api_key === undefined
      ? 'simulator (set OPENAI_API_KEY for a real one)'
      : `${openai.model} at ${openai.base_url}`;
  return `
LLM Message Queue answers at ${url}

  profile   ${storage.redis_url === undefined && storage.database_url === undefined ? 'embedded' : 'shared'}: ledger ${ledger}, schedule and streams ${schedule}
  provider  ${provider}
  health    ${url}/api/v1/health
  metrics   ${url}/metrics

Try it:
  curl -s ${url}/api/v1/messages -H 'content-type: application/json' \\
    -d '{"user_id": "me", "content": "Hello!", "priority": "high"}'
  curl -N ${url}/api/v1/messages/<id of the answer>/stream
`;
}

await startOrExit(async () => {
  const config = configFromCommandLine(process.argv.slice(2));
  const app = await createApp(config, 'server', [ApiGatewayModule, QueueManagerModule, SchedulerModule]);
  connectControl(app);
  const url = await runProcess(app, config);
  process.stdout.write(welcome(url, config));
});

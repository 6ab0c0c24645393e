import { scriptSchema } from './behaviour.js';
import { startFakeUpstream } from './fake-upstream.js';

/** PORT (0: a free one), HOST, LOG_FILE (JSON lines) and BEHAVIOUR (the JSON of `PUT /control/behaviour`). */
const { PORT = '0', HOST = '127.0.0.1', LOG_FILE, BEHAVIOUR = '{}' } = process.env;

const upstream = await startFakeUpstream({
  port: Number(PORT),
  host: HOST,
  behaviours: scriptSchema.parse(JSON.parse(BEHAVIOUR)),
  ...(LOG_FILE !== undefined && { logFile: LOG_FILE }),
});
process.stdout.write(`fake upstream listening on ${upstream.url}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void upstream.close());

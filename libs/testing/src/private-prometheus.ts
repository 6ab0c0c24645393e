import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onFreePort } from './free-port.js';
import { type PrivateServer, startServer } from './private-server.js';

/** A Prometheus of our own with this configuration, which stays where it is. */
export function startPrivatePrometheus(command: string, configFile: string): Promise<PrivateServer> {
  return onFreePort((port) => startOn(port, command, configFile));
}

async function startOn(port: number, command: string, configFile: string): Promise<PrivateServer> {
  const directory = await mkdtemp(join(tmpdir(), 'llm-mq-prometheus-'));
  const url = `http://127.0.0.1:${port}`;
  return startServer({
    command,
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    directory,
    temporary: true,
    port,
    url,
    stopSignals: { orderly: 'SIGTERM', immediate: 'SIGKILL' },
    isReady: () => isReady(url),
  });
}

async function isReady(url: string): Promise<void> {
  const response = await fetch(`${url}/-/ready`);
  if (!response.ok) throw new Error(`Prometheus answers ${response.status}`);
}

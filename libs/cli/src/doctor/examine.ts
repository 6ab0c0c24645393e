import { type Config, configFile, type Env } from '#config';
import { readConfig } from '../commands/read-config.js';
import { checkAccess } from './check-access.js';
import { checkFolder } from './check-folder.js';
import { checkListener } from './check-listener.js';
import { checkFiles, checkNode } from './check-machine.js';
import { checkPostgres } from './check-postgres.js';
import { checkProviders } from './check-providers.js';
import { checkRedis } from './check-redis.js';
import { checkVariables } from './check-variables.js';
import { type Finding, Findings } from './finding.js';

export interface Patient {
  readonly env: Env;
  /** The file that is named; else the one that lies in its place is read. */
  readonly file: string | undefined;
  readonly insecure: boolean;
  /** Providers are not called. */
  readonly offline: boolean;
}

/** Looks at everything that a process needs; what depends on a configuration that cannot be read is left out. */
export async function examine(patient: Patient): Promise<Finding[]> {
  const { env, insecure } = patient;
  const file = configFile(patient.file, env);
  const { config, problems } = readConfig({ env, file, insecure });
  const findings = [
    ...checkNode(),
    ...checkVariables(env),
    ...configurationOf(problems, config?.unused ?? [], file),
  ];
  return config === undefined ? findings : [...findings, ...(await examineWith(config, patient))];
}

async function examineWith(config: Config, { offline }: Patient): Promise<Finding[]> {
  const { data_dir, database_url, database_pool, redis_url } = config.storage;
  const { findings, runs } = await checkListener(config);
  const store =
    database_url === undefined
      ? checkFolder(data_dir, runs)
      : await checkPostgres(database_url, database_pool);
  return [
    ...checkAccess(config),
    ...findings,
    ...store,
    ...(redis_url === undefined ? [] : await checkRedis(redis_url)),
    ...checkFiles(config),
    ...(offline ? [] : await checkProviders(config)),
  ];
}

function configurationOf(
  problems: readonly string[],
  unused: readonly string[],
  file: string | undefined,
): Finding[] {
  const found = new Findings('configuration');
  for (const problem of problems) found.problem(problem, fixOf(problem));
  for (const line of unused)
    found.hint(`Not used: ${line}`, 'Take it out; docs/configuration.md says what is there instead.');
  return found.orElse(
    file === undefined ? 'The environment and the defaults' : `${file} and the environment`,
  );
}

function fixOf(problem: string): string {
  if (problem.startsWith('http.host:'))
    return 'Make a key with `llmq keys generate NAME` and configure it, or set HOST=127.0.0.1.';
  const [, setting] = /^([a-z_.]+)[ :]/.exec(problem) ?? [];
  return setting === undefined
    ? 'Correct the file at that place; `llmq config check` says when it is right.'
    : `Correct the setting; \`llmq config doc ${setting}\` explains it.`;
}

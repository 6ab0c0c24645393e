import { type Command, type Options } from '../command.js';
import { SCHEMAS } from './schemas.js';

export const CONFIG_FILE: Options = {
  config: { value: 'FILE', about: 'The YAML file; CONFIG_PATH, else `configs/config.yaml` when it exists.' },
  insecure: { about: 'As if started with --insecure.' },
};

/** Loaded when it is needed: it knows every setting and every provider. */
const files = () => import('./config-files.js');

export const configInit: Command = {
  name: 'config init',
  about: 'Writes the configuration files with their defaults and schemas, each only where there is none.',
  arguments: '[FOLDER]',
  takes: [0, 1],
  examples: ['llmq config init', 'llmq config init /etc/llmq'],
  run: async (context) => (await files()).init(context),
};

export const configCheck: Command = {
  name: 'config check',
  about: 'Checks the configuration and the provider files, and names every problem.',
  takes: [0, 0],
  options: CONFIG_FILE,
  examples: ['llmq config check --config configs/config.yaml'],
  run: async (context) => (await files()).check(context),
};

export const configDoc: Command = {
  name: 'config doc',
  about: 'Explains the settings whose name or variable holds a text; all of them without one.',
  arguments: '[TEXT]',
  takes: [0, 1],
  examples: ['llmq config doc', 'llmq config doc drain'],
  run: async (context) => (await files()).doc(context),
};

export const configSchema: Command = {
  name: 'config schema',
  about: 'Prints the JSON schema of a configuration file, for editors.',
  arguments: `[${SCHEMAS.join('|')}]`,
  takes: [0, 1],
  examples: ['llmq config schema', 'llmq config schema providers'],
  run: async (context) => (await files()).schema(context),
};

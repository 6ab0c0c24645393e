import { createHash, randomBytes } from 'node:crypto';
import { SCOPES } from '#contracts';
import { type Command, type Context } from '../command.js';
import { CliError } from '../exit-codes.js';

export const keysGenerate: Command = {
  name: 'keys generate',
  about:
    'Makes an API key, and the entry of the configuration that lets it in. The key itself is stored nowhere.',
  arguments: 'NAME',
  takes: [1, 1],
  options: {
    tenant: { value: 'NAME', about: 'Whose key it is; `default` when left out.' },
    scopes: { value: 'LIST', about: 'What it may do, such as read,write,admin; read,write when left out.' },
  },
  examples: ['llmq keys generate app', 'llmq keys generate ops --scopes read,admin --json'],
  run,
};

/** What the environment's way to give keys cannot hold. */
const NAME = /^[^:,\s]{1,64}$/;

function run({ given, terminal }: Context): Promise<void> {
  const entry = {
    name: nameOf('NAME', given.args[0]!),
    tenant: nameOf('--tenant', given.text('tenant') ?? 'default'),
    scopes: scopesOf(given.text('scopes') ?? 'read,write'),
  };
  const key = `llmq_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  const variable = `${entry.name}:sha256=${sha256}:${entry.tenant}:${entry.scopes.join('+')}`;
  terminal.answer({ ...entry, key, sha256, API_KEYS: variable }, () =>
    textOf({ ...entry, key, sha256, variable }),
  );
  return Promise.resolve();
}

function nameOf(what: string, name: string): string {
  if (NAME.test(name)) return name;
  throw new CliError('usage', `${what} must have 1 to 64 characters, and no colon, comma or space`);
}

function scopesOf(list: string): string[] {
  const scopes = list.split(',').map((scope) => scope.trim());
  const unknown = scopes.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (unknown === undefined) return scopes;
  throw new CliError('usage', `--scopes must be some of ${SCOPES.join(', ')}`);
}

interface Entry {
  readonly name: string;
  readonly tenant: string;
  readonly scopes: readonly string[];
  readonly key: string;
  readonly sha256: string;
  readonly variable: string;
}

function textOf({ name, tenant, scopes, key, sha256, variable }: Entry): string {
  return `The key, for whoever calls; keep it, it is shown this once:
  ${key}

Its entry in configs/config.yaml:
  auth:
    keys:
      - name: ${name}
        sha256: ${sha256}
        tenant: ${tenant}
        scopes: [${scopes.join(', ')}]

Or in the environment, after a comma where there are other keys:
  API_KEYS=${variable}`;
}

import { z } from 'zod';
import {
  type Alias,
  ALIASES,
  configSchema,
  formatDuration,
  type Leaf,
  LEAVES,
  type OlderKey,
  QUEUE_SERVICE_KEYS,
  TASK_SERVICE_KEYS,
  WITHOUT_MEANING,
} from '#config';

type Default = string | number | boolean | readonly unknown[] | Readonly<Record<string, unknown>>;

/** The default of a setting as one would write it; undefined where it has none. */
export function defaultOf({ schema, meta }: Leaf): string | undefined {
  const prefault = schema instanceof z.ZodPrefault ? (schema.def.defaultValue as Default) : undefined;
  if (prefault === undefined) return undefined;
  if (typeof prefault === 'object') return JSON.stringify(prefault);
  return meta.unit === 'ms' && typeof prefault === 'number' ? formatDuration(prefault) : String(prefault);
}

/** `docs/configuration.md`: every setting with its variable, default, unit and comment. */
export function configurationPage(): string {
  const rows = LEAVES.map((leaf) => {
    const { path, meta } = leaf;
    const value = defaultOf(leaf);
    const unit = meta.unit === 'ms' ? 'duration' : (meta.unit ?? '');
    return `| \`${path.join('.')}\` | \`${meta.env}\` | ${value ? `\`${value}\`` : ''} | ${unit} | ${meta.description} |`;
  });
  return `<!-- Made by \`npm run docs\` from libs/config/src/sections; a test holds it against the code. -->

# Configuration

Settings come from a YAML file (\`--config FILE\`; \`configs/config.yaml\` when it exists) and from the environment, which wins. \`--validate\` checks both, names every problem at once and exits with 0 or 1. An empty variable counts as not set.

Durations are written \`250ms\`, \`30s\`, \`5m\`, \`24h\` or \`7d\`; a plain number is milliseconds. Editors complete the file when its first line is \`# yaml-language-server: $schema=./config.schema.json\`.

Secrets (\`auth.keys\`, \`storage.database_url\`, \`storage.redis_url\`, \`centrifuge.token_secret\`, \`centrifuge.api_key\`, \`providers.openai.api_key\`) are never logged and never answered.

| setting | environment | default | unit | what it does |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

## Providers, models and task types

Who answers lies in two files of their own: \`configs/providers.yaml\` (providers, models, prices, routing) and \`configs/task-types.yaml\`. [providers.md](providers.md) describes both. They may name any variable of the environment as \`\${NAME}\`; one that belongs to a setting above has the value of the setting. A bad file is refused at start, with line, column and reason, and \`--validate\` checks both.

${aliasSection()}

${olderSection()}

## API keys

\`\`\`yaml
auth:
  keys:
    - name: app
      sha256: <64 hex digits of the SHA-256 of the key>
      tenant: acme
      scopes: [read, write]
\`\`\`

\`printf %s "$KEY" | sha256sum\` gives the digest. A key can also be written as \`key: …\`. Clients send it as \`Authorization: Bearer …\` or \`X-API-Key: …\`. While no keys are configured the server listens on 127.0.0.1 only and answers only under the names in \`http.allowed_hosts\`, unless it is started with \`--insecure\`.
`;
}

function aliasSection(): string {
  const rows = ALIASES.map((alias) => `| \`${alias.name}\` | ${aliasMeaning(alias)} |`);
  const others = Object.entries(WITHOUT_MEANING).map(([name, why]) => `| \`${name}\` | nothing: ${why} |`);
  return `## Variables of other services

Who comes from a service that was configured by \`LLM_*\` keeps its environment. A variable in the table is read where the one of the setting is not set. \`KIMI_API_KEY\`, \`KIMI_BASE_URL\`, \`OPENAI_API_KEY\` and \`QWEN_API_KEY\` are read under these names by \`configs/providers.yaml\`.

| variable | sets |
| --- | --- |
${[...rows, ...others].join('\n')}`;
}

function olderSection(): string {
  return `## Files of other services

A file that was written for one of the services below is read as it is: each of its keys sets what stands beside it, where that is not set by its own name, and what changes nothing here is named in the log at start. \`\${NAME}\` in a value is the variable of that name. Keys that neither are settings here nor stand in a table are errors.

### \`server\`, \`database\`, \`queue.levels\`, \`loadbalancer\`, \`logging\`, \`security\`

Each key is also a variable: \`SERVER_PORT\` for \`server.port\`. Plain numbers are in the unit that the service had for them.

${olderTable(QUEUE_SERVICE_KEYS)}

### \`llm_service\`

${olderTable(TASK_SERVICE_KEYS)}`;
}

function olderTable(keys: readonly OlderKey[]): string {
  const rows = keys.map((key) => `| \`${key.path}\` | ${olderMeaning(key)} |`);
  return ['| key | sets |', '| --- | --- |', ...rows].join('\n');
}

function olderMeaning(key: OlderKey): string {
  const extra = key.env ? `; also \`${key.env.join('`, `')}\`` : '';
  if ('sets' in key) return `${aliasMeaning(key)}${extra}`;
  if ('variable' in key) return `\`${key.variable}\`${extra}`;
  if ('store' in key) return `a part of \`storage.${key.store}_url\`${extra}`;
  return key.refusedWhenOn ? `refused when on: ${key.unused}` : `nothing: ${key.unused}`;
}

function aliasMeaning({ sets, note }: Pick<Alias, 'sets' | 'note'>): string {
  return `${sets.map((name) => `\`${name}\``).join(', ')}${note ? ` (${note})` : ''}`;
}

/** `configs/config.schema.json`: what an editor completes and checks the file with. */
export function configurationSchema(): string {
  const schema = z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' });
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** \`configs/config.yaml\`: every setting with its default, commented out. */
export function exampleFile(): string {
  const lines = [
    '# yaml-language-server: $schema=./config.schema.json',
    '# Every setting with its default; take the # off a line, and off its sections, to change it.',
  ];
  let open: readonly string[] = [];
  for (const leaf of LEAVES) {
    const sections = leaf.path.slice(0, -1);
    const shared = sections.findIndex((name, i) => open[i] !== name);
    const first = shared < 0 ? sections.length : shared;
    if (first === 0) lines.push('');
    sections.slice(first).forEach((name, i) => lines.push(`# ${'  '.repeat(first + i)}${name}:`));
    open = sections;
    const indent = '  '.repeat(sections.length);
    lines.push(`# ${indent}# ${leaf.meta.description}`);
    lines.push(`# ${indent}${leaf.path.at(-1)!}: ${yamlValue(defaultOf(leaf))}`.trimEnd());
  }
  return `${lines.join('\n')}\n`;
}

function yamlValue(value: string | undefined): string {
  if (value === undefined) return '';
  return value === '' || /[:,[\]#]/.test(value) ? (value === '[]' ? value : `'${value}'`) : value;
}

import { digestOf } from './older/key-list.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A variable under which another service knew what is a setting here. */
export interface Alias {
  readonly name: string;
  /** The variables of the settings that it sets, where those are not set themselves. */
  readonly sets: readonly string[];
  /** Its value in our words; undefined: it changes nothing. */
  readonly convert?: (value: string) => string | undefined;
  /** It is one more, beside what the variable of the setting has. */
  readonly adds?: true;
  readonly note?: string;
}

const isAddress = (value: string) => /^\w+:\/\//.test(value);
const isOn = (value: string) => /^(true|1|yes)$/i.test(value);

/** Of any length, and with any characters: it is kept as its digest. */
function keyOf(token: string): string {
  return `llm-auth-token:sha256=${digestOf(token)}:default:read+write`;
}

const BANDS = ['REALTIME', 'HIGH', 'NORMAL', 'LOW'].map((band) => `QUEUE_MAX_WAITING_${band}`);

export const ALIASES: readonly Alias[] = [
  { name: 'LLM_PORT', sets: ['PORT'] },
  { name: 'LLM_MAX_WORKERS', sets: ['WORKER_CONCURRENCY'] },
  { name: 'LLM_MAX_QUEUE_SIZE', sets: BANDS },
  { name: 'LLM_TASK_TIMEOUT', sets: ['MESSAGE_TIMEOUT'] },
  { name: 'LLM_RETRY_ATTEMPTS', sets: ['MESSAGE_MAX_RETRIES'] },
  { name: 'LLM_RETRY_DELAY', sets: ['MESSAGE_RETRY_BASE'] },
  { name: 'LLM_READ_TIMEOUT', sets: ['HTTP_REQUEST_TIMEOUT'] },
  { name: 'LLM_MAX_REQUEST_SIZE', sets: ['HTTP_BODY_LIMIT'] },
  {
    name: 'LLM_AUTH_TOKEN',
    sets: ['API_KEYS'],
    convert: keyOf,
    adds: true,
    note: 'one more key, of the tenant `default`, with the scopes read and write',
  },
  {
    name: 'LLM_ENABLE_CORS',
    sets: ['HTTP_CORS_ORIGINS'],
    convert: (value) => (isOn(value) ? '*' : undefined),
    note: '`true` is `*`',
  },
  {
    name: 'LLM_ENABLE_DEBUG',
    sets: ['LOG_LEVEL'],
    convert: (value) => (isOn(value) ? 'debug' : undefined),
    note: '`true` is `debug`',
  },
  {
    name: 'CENTRIFUGO_PORT',
    sets: ['CENTRIFUGE_PORT'],
    // Kubernetes sets it to an address where there is a service `centrifugo`.
    convert: (value) => (isAddress(value) ? undefined : value),
    note: 'of the service with `/api/chat`',
  },
];

/** Variables of the same service that nothing here reads, and why. */
export const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  LLM_ENABLE_WEBSOCKET: 'sockets are always there, and cost nothing while nobody connects',
  LLM_ENABLE_METRICS: 'metrics are always counted and served',
  LLM_CLEANUP_INTERVAL: 'tasks are kept in the ledger, for as long as `messages.retention` says',
  LLM_STATS_INTERVAL: 'statistics are counted when somebody asks',
  LLM_WRITE_TIMEOUT:
    'it cut answers that were waited for; `streams.write_timeout` closes readers that take nothing',
  LLM_IDLE_TIMEOUT: 'idle connections are kept for 72 s, longer than load balancers keep them',
  LLM_SERVICE_URL: 'it is for callers: where they find this service',
  GIN_MODE: 'it belongs to a framework that is not used here',
};

export interface Aliased {
  readonly env: Env;
  /** By the variable of a setting, which alias has set it. */
  readonly from: ReadonlyMap<string, string>;
}

/** The environment with what its aliases say. */
export function withAliases(env: Env): Aliased {
  const all: Record<string, string | undefined> = { ...env };
  const from = new Map<string, string>();
  for (const { name, sets, convert, adds } of ALIASES) {
    const given = env[name];
    const value = given && convert ? convert(given) : given;
    if (!value) continue;
    for (const target of sets) {
      const own = all[target];
      if (own && !adds) continue;
      all[target] = own ? `${own},${value}` : value;
      if (!own) from.set(target, name);
    }
  }
  return { env: all, from };
}

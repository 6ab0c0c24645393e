import { nearest } from '../nearest.js';
import { isTree, removeAt, setAt, type Tree, valueAt } from '../tree.js';
import { isOn, type OlderKey, type UnusedKey, type UrlKey } from './older-key.js';
import { QUEUE_SERVICE_KEYS } from './queue-service-keys.js';
import { urlOf } from './store-urls.js';
import { TASK_SERVICE_KEYS } from './task-service-keys.js';

const OLDER_PATHS = [...QUEUE_SERVICE_KEYS, ...TASK_SERVICE_KEYS].map(({ path }) => path);

/** Sections that only older services have. */
const OLDER_SECTIONS = [
  'server',
  'database',
  'redis',
  'loadbalancer',
  'logging',
  'metrics',
  'security',
  'llm_service',
];

type Env = Readonly<Record<string, string | undefined>>;

/** What one of them says of a setting. */
export interface Meaning {
  readonly value: unknown;
  /** The key that said it. */
  readonly from: string;
  /** The setting has the same name here, and only this word is older. */
  readonly isOlderWord: boolean;
}

/** What the keys of older services came to. */
export interface Translated {
  /** By the name of a setting. */
  readonly settings: ReadonlyMap<string, Meaning>;
  /** Of those that the provider files name. */
  readonly variables: Readonly<Record<string, string>>;
  /** Keys that were given and change nothing, with the reasons. */
  readonly unused: readonly string[];
  /** Keys on which somebody relies and that cannot be honoured, and keys that nobody knows. */
  readonly problems: readonly string[];
}

/** A value that an older key was given, and where. */
interface Given {
  readonly key: OlderKey;
  readonly value: unknown;
  readonly from: string;
}

/** The variables that set a key: `SERVER_PORT` for `server.port`, and those of its own. */
export function variablesFor({ path, env = [] }: OlderKey): string[] {
  return [path.toUpperCase().replaceAll('.', '_'), ...env];
}

/** Takes the keys of older services out of the tree, and says what they mean here; the environment comes before it. */
export function translate(tree: Tree, env: Env): Translated {
  byName(tree);
  const used = take((key) => !('unused' in key), tree, env);
  // What is left of a section is unused as a whole.
  const unused = take((key) => 'unused' in key, tree, env);
  const unknown = OLDER_SECTIONS.flatMap((section) => unknownIn(tree, section));
  return meaningOf([...used, ...unused], unknown);
}

/** What nobody knows in a section that is none of ours. */
function unknownIn(tree: Tree, section: string): string[] {
  const paths = pathsIn(tree[section], section);
  delete tree[section];
  return paths.map((path) => {
    const meant = nearest(path, OLDER_PATHS);
    return `${path} is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}

function pathsIn(node: unknown, path: string): string[] {
  if (node === undefined) return [];
  return isTree(node)
    ? Object.entries(node).flatMap(([key, value]) => pathsIn(value, `${path}.${key}`))
    : [path];
}

function take(isMeant: (key: OlderKey) => boolean, tree: Tree, env: Env): Given[] {
  const named = QUEUE_SERVICE_KEYS.filter(isMeant);
  const others = TASK_SERVICE_KEYS.filter(isMeant);
  const given = [
    ...named.flatMap((key) => fromEnv(key, env) ?? fromTree(key, tree, env) ?? []),
    ...others.flatMap((key) => fromTree(key, tree, env) ?? []),
  ];
  for (const key of [...named, ...others]) if (!isOurs(key)) removeAt(tree, key.path.split('.'));
  return given;
}

/** A list of levels, each with a name, as a mapping. */
function byName(tree: Tree): void {
  const levels = valueAt(tree, ['queue', 'levels']);
  if (!Array.isArray(levels)) return;
  const named = levels.filter(isTree).map((level) => [String(level['name']), level]);
  setAt(tree, ['queue', 'levels'], Object.fromEntries(named));
}

/** Of a key that has the name of a setting of ours only the words are older. */
export function isOurs(key: OlderKey): boolean {
  return 'sets' in key && key.sets[0] === key.path;
}

function fromTree(key: OlderKey, tree: Tree, env: Env): Given | undefined {
  const value = filledIn(valueAt(tree, key.path.split('.')), env);
  const isGiven = value !== undefined && value !== null && value !== '';
  if (!isGiven || (isTree(value) && !('unused' in key))) return undefined;
  return { key, value, from: key.path };
}

function fromEnv(key: OlderKey, env: Env): Given | undefined {
  const name = variablesFor(key).find((variable) => env[variable]);
  return name === undefined ? undefined : { key, value: env[name], from: name };
}

/** `${NAME}` in a value is the variable of that name. */
function filledIn(value: unknown, env: Env): unknown {
  if (typeof value !== 'string') return value;
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '');
}

function meaningOf(given: readonly Given[], unknown: readonly string[]): Translated {
  const settings = new Map([...given.flatMap(settingsOf), ...urlsOf(given)]);
  const variables = given.flatMap(({ key, value }) =>
    'variable' in key ? [[key.variable, String(value)] as const] : [],
  );
  const others = given.filter((one): one is Given & { key: UnusedKey } => 'unused' in one.key);
  const reliesOn = ({ key, value }: Given & { key: UnusedKey }) => key.refusedWhenOn === true && isOn(value);
  const told = ({ key, from }: Given & { key: UnusedKey }) => `${from}: ${key.unused}`;
  return {
    settings,
    variables: Object.fromEntries(variables),
    unused: others.filter((one) => !reliesOn(one)).map(told),
    problems: [...others.filter(reliesOn).map((one) => `${told(one)}; take it out`), ...unknown],
  };
}

function settingsOf({ key, value, from }: Given): [string, Meaning][] {
  if (!('sets' in key)) return [];
  const ours = key.as ? key.as(value) : value;
  if (ours === undefined) return [];
  return key.sets.map((name) => [name, { value: ours, from, isOlderWord: isOurs(key) }]);
}

const URLS = { database: 'storage.database_url', redis: 'storage.redis_url' } as const;

function urlsOf(given: readonly Given[]): [string, Meaning][] {
  return (['database', 'redis'] as const).flatMap((store) => {
    const parts = given.filter(({ key }) => 'store' in key && key.store === store);
    const url = urlOf(
      store,
      Object.fromEntries(parts.map(({ key, value }) => [(key as UrlKey).part, String(value)])),
    );
    return url === undefined ? [] : [[URLS[store], { value: url, from: parts[0]!.from, isOlderWord: false }]];
  });
}

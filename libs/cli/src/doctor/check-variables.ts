import {
  ALIASES,
  type Env,
  LEAVES,
  QUEUE_SERVICE_KEYS,
  TASK_SERVICE_KEYS,
  variablesFor,
  WITHOUT_MEANING,
} from '#config';
import { type Finding, Findings } from './finding.js';

/** Read by the files of providers that come with the system, and by this program. */
const OTHERS = [
  'CONFIG_PATH',
  'OPENAI_API_KEYS',
  'KIMI_API_KEY',
  'MOONSHOT_API_KEY',
  'KIMI_BASE_URL',
  'QWEN_API_KEY',
  'DASHSCOPE_API_KEY',
  'QWEN_BASE_URL',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_BASE_URL',
  'OLLAMA_BASE_URL',
  'LLMQ_URL',
  'LLMQ_API_KEY',
];

/** Shorter names are near to too many others. */
const SHORTEST = 6;

/** What somebody may have meant. */
const OURS = [...LEAVES.map(({ meta }) => meta.env), ...OTHERS];

/** Under these names older services were configured; they are read, or are told of elsewhere. */
const OLDER = [
  ...ALIASES.map(({ name }) => name),
  ...Object.keys(WITHOUT_MEANING),
  ...[...QUEUE_SERVICE_KEYS, ...TASK_SERVICE_KEYS].flatMap(variablesFor),
];

const KNOWN = new Set([...OURS, ...OLDER]);

/** Variables that nothing reads, and whose names are nearly those of some that are read. */
export function checkVariables(env: Env): Finding[] {
  const found = new Findings('environment');
  for (const name of Object.keys(env)) {
    if (name.length < SHORTEST || KNOWN.has(name)) continue;
    const meant = OURS.find((known) => known.length >= SHORTEST && isNear(name, known));
    if (meant !== undefined)
      found.warning(`${name} is set, and nothing reads it`, `If ${meant} is meant, rename it.`);
  }
  return found.orElse('No variable looks misspelled');
}

/** One letter more, less, other, or two of them swapped; also one underscore at another place. */
export function isNear(a: string, b: string): boolean {
  if (a.replaceAll('_', '') === b.replaceAll('_', '')) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - from && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [restA, restB] = [a.slice(from, a.length - end), b.slice(from, b.length - end)];
  const swapped = restA.length === 2 && restA === `${restB[1]}${restB[0]}`;
  return swapped || Math.max(restA.length, restB.length) <= 1;
}

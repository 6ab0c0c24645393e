import { catalogSources, type EndpointSpec, type KeySpec, loadCatalog, type ProviderSpec } from '#catalog';
import { type Config } from '#config';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

const PATIENCE_MS = 5_000;

/** Of each provider; more are not asked. */
const MOST_KEYS = 5;

/** Do the addresses answer, and do they know the keys? It asks for the list of models, which costs nothing. */
export async function checkProviders({ providers, environment }: Config): Promise<Finding[]> {
  const found = new Findings('providers');
  const bought = loadCatalog(catalogSources(providers, environment)).providers.filter(
    ({ kind }) => kind !== 'simulator',
  );
  if (bought.length === 0)
    return found.hint(
      'Only the simulator answers, and it only repeats what it is told',
      'Set OPENAI_API_KEY, KIMI_API_KEY, QWEN_API_KEY, ANTHROPIC_API_KEY or OLLAMA_BASE_URL.',
    ).list;
  await Promise.all(bought.map((provider) => checkProvider(found, provider)));
  return found.orElse(bought.map(({ name }) => `${name} answers`).join(', '));
}

async function checkProvider(found: Findings, provider: ProviderSpec): Promise<void> {
  const keys: readonly (KeySpec | undefined)[] =
    provider.keys.length > 0 ? provider.keys.slice(0, MOST_KEYS) : [undefined];
  for (const endpoint of provider.endpoints)
    for (const key of keys) if (!(await checkEndpoint(found, provider, endpoint, key))) break;
}

/** Whether it is worth asking the same address with another key. */
async function checkEndpoint(
  found: Findings,
  { name, kind }: ProviderSpec,
  { url }: EndpointSpec,
  key: KeySpec | undefined,
): Promise<boolean> {
  try {
    const response = await fetch(modelsUrl(kind, url), {
      headers: headersOf(kind, key),
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403)
      found.problem(
        `${name} refuses ${key ? `the key ${key.id}` : 'calls without a key'} at ${url} (${response.status})`,
        `Put a valid key into the environment or the provider file, and try it: llmq providers test ${name}`,
      );
    if (response.status >= 500)
      found.warning(
        `${name} answers with ${response.status} at ${url}`,
        'See the status page of the provider.',
      );
    return true;
  } catch (error) {
    found.problem(
      `${name} does not answer at ${url}: ${reasonOf(error)}`,
      `Correct the address of ${name} (its variable …_BASE_URL, or url in the provider file), or let this machine reach it.`,
    );
    return false;
  }
}

function modelsUrl(kind: ProviderSpec['kind'], url: string): string {
  const base = url.replace(/\/+$/, '');
  return kind === 'anthropic' ? `${base.replace(/\/v1$/, '')}/v1/models` : `${base}/models`;
}

function headersOf(kind: ProviderSpec['kind'], key: KeySpec | undefined): Record<string, string> {
  if (kind === 'anthropic')
    return { 'anthropic-version': '2023-06-01', ...(key && { 'x-api-key': key.secret }) };
  return key ? { authorization: `Bearer ${key.secret}` } : {};
}

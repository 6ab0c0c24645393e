import { type Config } from '#config';
import { type Finding, Findings } from './finding.js';

/** Who may call, and who can. */
export function checkAccess({ auth }: Config): Finding[] {
  const found = new Findings('access');
  if (auth.keys.length === 0 && auth.insecure)
    found.problem(
      'Everybody who reaches this machine may use the system, without an API key, at your expense',
      'Make a key with `llmq keys generate NAME`, configure it, and start without --insecure (INSECURE).',
    );
  const plain = auth.keys.filter(({ key }) => key !== undefined).map(({ name }) => name);
  if (plain.length > 0)
    found.hint(
      `The keys ${plain.join(', ')} stand in the configuration as they are`,
      'Put their digest there in place of `key`: `printf %s "$KEY" | sha256sum`, as `sha256: …`.',
    );
  if (auth.keys.length > 0 && !auth.keys.some(({ scopes }) => scopes.includes('admin')))
    found.hint(
      'No key has the scope admin: nobody can pause queues, requeue dead letters or test providers',
      'Make one with `llmq keys generate ops --scopes read,write,admin`.',
    );
  return found.orElse(
    auth.keys.length > 0 ? `${auth.keys.length} API key(s)` : 'Only this machine is answered',
  );
}

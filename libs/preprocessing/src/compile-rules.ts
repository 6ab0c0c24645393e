import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { type PriorityRule } from '#contracts';
import { type Log } from '#observability';
import { PatternGroups } from './pattern-groups.js';
import { type ReadyRule, RuleSet } from './rule-set.js';

/** Reading one pattern takes up to 40 ms; whoever else waits gets his turn at least this often. */
const YIELD_MS = 5;

/** The rules of a tenant, in their order, made ready; one that cannot be used is left out and told of. */
export async function compileRules(
  tenantId: string,
  rules: readonly PriorityRule[],
  log: Log,
): Promise<RuleSet> {
  const patterns = new PatternGroups();
  const ready: ReadyRule[] = [];
  let since = performance.now();
  for (const rule of rules.filter(({ enabled }) => enabled)) {
    try {
      ready.push({ rule, place: rule.pattern === null ? undefined : patterns.add(rule.pattern) });
    } catch (err) {
      log.error({ err, tenant_id: tenantId, rule_id: rule.id }, 'a stored priority rule cannot be used');
    }
    if (performance.now() - since < YIELD_MS) continue;
    await yieldToOthers();
    since = performance.now();
  }
  await patterns.compile();
  return new RuleSet(ready, patterns, () =>
    log.warn({ tenant_id: tenantId }, 'priority rules are too slow: their patterns are skipped for a while'),
  );
}

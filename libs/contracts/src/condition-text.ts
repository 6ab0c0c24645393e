import { type ConditionOperator, type ConditionScalar, type ConditionValue } from './priority-rule.js';

interface Clause {
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly value: ConditionValue;
}

const SIGNS: Readonly<Record<string, ConditionOperator>> = {
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
};

/** Text up to the next `and` that is not inside of quotes. */
const CLAUSES = /(?:"[^"]*"|'[^']*'|(?!\s+(?:and|&&)\s)[^])+/gi;
const CLAUSE =
  /^\s*(?:(?:and|&&)\s+)?([\w.-]+)\s*(?:(==|=|!=|>=|<=|>|<)|\s(eq|ne|gte|gt|lte|lt|in|contains)\s)\s*(\S[^]*?)\s*$/i;

/**
 * `content_length > 500 and metadata.tier in gold, "very gold"` as conditions; undefined when it cannot be read.
 * Blank text has none.
 */
export function parseConditionText(text: string): Clause[] | undefined {
  if (text.trim() === '') return [];
  const clauses = (text.match(CLAUSES) ?? []).map(parseClause);
  return clauses.every((clause) => clause !== undefined) ? clauses : undefined;
}

function parseClause(text: string): Clause | undefined {
  const match = CLAUSE.exec(text);
  if (!match) return undefined;
  const [, field, sign, word, value] = match;
  const operator = sign ? SIGNS[sign]! : (word!.toLowerCase() as ConditionOperator);
  return { field: field!, operator, value: operator === 'in' ? parseList(value!) : parseScalar(value!) };
}

function parseList(text: string): ConditionScalar[] {
  const items = text.replace(/^[[(]|[\])]$/g, '').match(/"[^"]*"|'[^']*'|[^,\s][^,]*/g) ?? [];
  return items.map((item) => parseScalar(item.trim())).filter((item) => item !== '');
}

function parseScalar(text: string): ConditionScalar {
  const quoted = /^(["'])([^]*)\1$/.exec(text);
  if (quoted) return quoted[2]!;
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

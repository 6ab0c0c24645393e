/** What a prompt template may ask for: the text, the data as JSON, the schema of the result, or any metadata. */
export const PLACEHOLDERS = ['prompt', 'data', 'schema', 'task_type', 'user_id', 'metadata.<name>'] as const;

const PLACEHOLDER = /\{\{\s*([^{}]*?)\s*\}\}/g;
const KNOWN = /^(prompt|data|schema|task_type|user_id|metadata(\.[^.\s]+)+)$/;

/** What is wrong with the placeholders of a template; undefined when nothing is. */
export function placeholderProblem(template: string): string | undefined {
  for (const [whole, asked] of template.matchAll(PLACEHOLDER))
    if (!KNOWN.test(asked!)) return `has the placeholder ${whole}; known are ${PLACEHOLDERS.join(', ')}`;
  const rest = template.replace(PLACEHOLDER, '');
  if (/\{\{|\}\}/.test(rest))
    return 'has {{ or }} without its counterpart; write a placeholder as {{prompt}}';
  return undefined;
}

/** Whether a template has a place for a value. */
export function hasPlaceFor(template: string, name: string): boolean {
  return [...template.matchAll(PLACEHOLDER)].some(([, asked]) => asked === name);
}

/** What a template is filled with, by the names of its placeholders. */
export interface TemplateValues {
  readonly prompt?: unknown;
  readonly data?: unknown;
  readonly schema?: unknown;
  readonly task_type?: unknown;
  readonly user_id?: unknown;
  readonly metadata?: unknown;
}

/** Puts values where placeholders are; what is not there becomes nothing. Values are not looked into again. */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(PLACEHOLDER, (_, path: string) => asText(valueAt(values, path)));
}

function valueAt(values: unknown, path: string): unknown {
  let value = values;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

import { z } from 'zod';

/** What an editor completes and checks a file of the catalog with. */
export function catalogSchema(schema: z.ZodType): string {
  const jsonSchema = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: orText });
  return `${JSON.stringify(jsonSchema, null, 2)}\n`;
}

/** What is read before it is checked may also be a text: a variable, a duration, or a short form. */
function orText({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: object }): void {
  if (zodSchema._zod.def.type !== 'pipe' || zodSchema._zod.def.in._zod.def.type !== 'transform') return;
  const checked = { ...jsonSchema };
  for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key];
  Object.assign(jsonSchema, { anyOf: [checked, { type: 'string' }] });
}

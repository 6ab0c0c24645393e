export type Json = Readonly<Record<string, unknown>>;

/** As every time is written. */
export const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A schema of a document whose references begin with the name of the document. */
export function based(schema: Json, document: string): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${document}#`)) as Json;
}

/** As the document, but whatever it does not name may not be there. */
export function closed(node: unknown, isPart = false): unknown {
  if (Array.isArray(node)) return node.map((item) => closed(item, isPart));
  if (typeof node !== 'object' || node === null) return node;
  const all = Object.entries(node).map(([key, value]) => [key, closed(value, key === 'allOf')]);
  const isObject = (node as Json)['type'] === 'object' && 'properties' in node && !isPart;
  return { ...(isObject && { additionalProperties: false }), ...(Object.fromEntries(all) as object) };
}

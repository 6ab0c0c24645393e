/** Text from outside as Postgres can store it: without NUL, and with whole characters only. */
export function storable(text: string): string {
  return text.replaceAll('\0', '').toWellFormed();
}

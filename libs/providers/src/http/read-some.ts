/** Of an error answer at most this much is read. */
const MAX_BYTES = 16_384;

export async function readSome(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size >= MAX_BYTES) break;
  }
  return Buffer.concat(parts).toString('utf8', 0, MAX_BYTES);
}

import { type Analysis, type CreateMessage, MAX_METADATA_BYTES, type Metadata, SENTIMENTS } from '#contracts';
import { type Decision } from './decide-priority.js';

/** Metadata that a request may have. */
export type RequestMetadata = NonNullable<CreateMessage['metadata']>;

/** What preprocessing writes into the metadata of a message. */
interface Notes {
  readonly priority_reason: string;
  readonly priority_wish?: unknown;
  readonly analysis?: Analysis;
}

const REASON =
  /^(?:explicit|user_override|user_default|vip_user|rule:rule_\w+|content_keywords|content_length|metadata_hint|conversation|default|capped)$/;

/**
 * The metadata with the reason and the analysis. What a client keeps under these names stays as it is, and ours is
 * left out; what it has copied from an earlier message is made anew. So it is when there is no room left.
 */
export function annotate(
  metadata: Metadata | undefined,
  { reason, wish }: Decision,
  analysis: Analysis | undefined,
): RequestMetadata {
  const notes: Notes = {
    priority_reason: reason,
    ...(wish && { priority_wish: wish }),
    ...(analysis && { analysis }),
  };
  if (metadata === undefined || Object.keys(metadata).length === 0)
    return notes as unknown as RequestMetadata;
  return withinBounds(withoutOurs(metadata), notes);
}

/** Notes are added in the order of their worth, while there is room. */
function withinBounds(metadata: Metadata, notes: Notes): RequestMetadata {
  const result: Record<string, unknown> = { ...metadata };
  let left = MAX_METADATA_BYTES - bytesOf(metadata);
  for (const [key, value] of Object.entries(notes)) {
    if (Object.hasOwn(metadata, key)) continue;
    // A comma instead of two braces.
    left -= bytesOf({ [key]: value }) - 1;
    if (left < 0) break;
    result[key] = value;
  }
  return result as RequestMetadata;
}

/** Without the notes of an earlier message that the client has sent back to us. */
function withoutOurs(metadata: Metadata): Metadata {
  const ours = Object.entries(IS_OURS).filter(([key, isOurs]) => isOurs(metadata[key]));
  if (ours.length === 0) return metadata;
  const names = new Set(ours.map(([key]) => key));
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !names.has(key)));
}

const IS_OURS: Readonly<Record<keyof Notes, (value: unknown) => boolean>> = {
  priority_reason: isReason,
  priority_wish: (value) => hasKeys(value, ['priority', 'reason']) && isReason(value['reason']),
  analysis: (value) =>
    hasKeys(value, ['word_count', 'is_question', 'sentiment', 'language'], ['truncated']) &&
    (SENTIMENTS as readonly unknown[]).includes(value['sentiment']),
};

function isReason(value: unknown): boolean {
  return typeof value === 'string' && REASON.test(value);
}

function hasKeys(
  value: unknown,
  needed: readonly string[],
  optional: readonly string[] = [],
): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const keys = Object.keys(value);
  return (
    needed.every((key) => keys.includes(key)) &&
    keys.every((key) => needed.includes(key) || optional.includes(key))
  );
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

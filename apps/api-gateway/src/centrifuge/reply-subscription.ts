import { type ReplyEntry } from '#contracts';
import { type Position, type Publication } from '#centrifuge';
import { Appender } from './appender.js';
import { RESET, START } from './chat-payload.js';
import { appending, asObjects, type Convert, encoded, type Format } from './reply-formats.js';
import { lastDraft, type ReplySoFar } from './reply-so-far.js';

/** The numbers of a reply never begin anew, so that every reply is one stream. */
export const EPOCH = 'reply';

/** Most publications at once; more follow as they are taken. */
const MAX_TOGETHER = 500;

export interface ReplySubscription {
  /** Whether it goes on exactly where the client was. */
  readonly isWhole: boolean;
  /** Nothing follows `publications`, as far as is known now. */
  readonly isEnded: boolean;
  readonly publications: readonly Publication[];
  readonly live: AsyncGenerator<readonly Publication[]>;
}

/** A reply for a client that was at `since`, or comes for the first time and gets all of it. */
export function subscribeTo(
  { entries, later }: ReplySoFar,
  since: Position | undefined,
  format: Format,
): ReplySubscription {
  const cursor = since?.offset ?? 0;
  const isWhole = isKnown(entries, cursor) && [EPOCH, '', undefined].includes(since?.epoch);
  const { publications, convert } =
    format === 'object'
      ? forObjects(entries, cursor, isWhole)
      : forAppending(entries, cursor, isWhole, format);
  return {
    isWhole,
    isEnded: publications.length <= MAX_TOGETHER && entries.at(-1)?.event.type === 'end',
    publications: publications.slice(0, MAX_TOGETHER),
    live: live(publications.slice(MAX_TOGETHER), later, convert),
  };
}

/** Whether it is known what a client at this place has: nothing, or what is still there up to its place. */
function isKnown(entries: readonly ReplyEntry[], cursor: number): boolean {
  if (cursor === 0) return true;
  return (entries[0]?.seq ?? Infinity) <= cursor && entries.at(-1)!.seq >= cursor;
}

/** Who is not known to have what comes before is told to drop it, and gets everything. */
function forObjects(entries: readonly ReplyEntry[], cursor: number, isWhole: boolean) {
  if (cursor > 0 && isWhole)
    return { convert: asObjects, publications: entries.filter(({ seq }) => seq > cursor).flatMap(asObjects) };
  const draft = lastDraft(entries);
  const [first, ...rest] = draft;
  const opening = cursor === 0 ? START : RESET;
  const isOpening = first?.event.type === 'reset' || first?.event.type === 'started';
  const publications = [
    ...(isOpening || !isWhole ? [encoded('object', opening, first?.seq ?? 0)] : []),
    ...(isOpening ? rest : draft).flatMap(asObjects),
  ];
  return { convert: asObjects, publications };
}

/** Who can only append, and has nobody knows what, is told that it does not go on. */
function forAppending(entries: readonly ReplyEntry[], cursor: number, isWhole: boolean, format: Format) {
  const appender = new Appender();
  const convert = appending(format, appender);
  if (!isWhole)
    return {
      convert,
      publications: appender.breakOff().map((payload) => encoded(format, payload, cursor)),
    };
  if (cursor === 0) return { convert, publications: lastDraft(entries).flatMap(convert) };
  for (const entry of entries) if (entry.seq <= cursor) appender.recall(entry);
  return { convert, publications: entries.filter(({ seq }) => seq > cursor).flatMap(convert) };
}

async function* live(
  held: readonly Publication[],
  later: ReplySoFar['later'],
  convert: Convert,
): AsyncGenerator<readonly Publication[]> {
  try {
    for (let i = 0; i < held.length; i += MAX_TOGETHER) yield held.slice(i, i + MAX_TOGETHER);
    for await (const entries of later) yield entries.flatMap(convert);
  } finally {
    await later.return(undefined);
  }
}

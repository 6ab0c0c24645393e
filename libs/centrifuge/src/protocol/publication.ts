import { type ClientInfo } from '../client.js';

/** Somebody came, or went. */
export type Move = 'join' | 'leave';

/** What was published in a channel, as JSON text: it is written once, however many clients get it. */
export interface Publication {
  /** Its place in the channel; 0 where the channel keeps no history. */
  readonly offset: number;
  /** The whole publication as JSON: `{"data":…,"offset":…}`. */
  readonly text: string;
  /** It is none, but tells of who is there. */
  readonly move?: Move;
}

interface Push {
  readonly channel: string;
  readonly json: string;
}

const pushes = new WeakMap<Publication, Push>();

/** A publication as it goes over the wire to a subscriber; made once for the channel that asks first. */
export function pushOf(channel: string, publication: Publication): string {
  const known = pushes.get(publication);
  if (known?.channel === channel) return known.json;
  const json = `{"push":{"channel":${JSON.stringify(channel)},"${publication.move ?? 'pub'}":${publication.text}}}`;
  if (!known) pushes.set(publication, { channel, json });
  return json;
}

/** `body` is the JSON object of a publication without its offset. */
export function publicationOf(body: string, offset: number): Publication {
  return { offset, text: offset === 0 ? body : `${body.slice(0, -1)},"offset":${offset}}` };
}

export function moveOf(move: Move, info: ClientInfo): Publication {
  return { offset: 0, text: JSON.stringify({ info }), move };
}

/** The JSON of a result with publications in it, which are JSON already. */
export function withPublications(result: object, publications: readonly Publication[]): string {
  const json = JSON.stringify(result);
  const list = publications.map(({ text }) => text).join(',');
  return `${json.slice(0, -1)}${json === '{}' ? '' : ','}"publications":[${list}]}`;
}

import { z } from 'zod';
import { DisconnectError } from './codes.js';

/** Longest name of a channel. */
const MAX_CHANNEL_LENGTH = 255;
const MAX_TOKEN_LENGTH = 16_384;
const MAX_METHOD_LENGTH = 128;

const text = (max: number) => z.string().max(max);
const channel = text(MAX_CHANNEL_LENGTH).min(1);
const token = text(MAX_TOKEN_LENGTH).default('');
const offset = z.int().min(0).default(0);
const epoch = text(64).default('');

/** Where a client is in a channel: the number of the last publication it has, and of which stream. */
const position = { offset, epoch, recover: z.boolean().default(false) };

export const connectSchema = z.object({
  token,
  data: z.unknown().optional(),
  subs: z.record(channel, z.object(position)).default({}),
});

const inChannel = z.object({ channel });

const subscribeSchema = z.object({
  channel,
  token,
  data: z.unknown().optional(),
  ...position,
  flag: z.int().min(0).default(0),
  join_leave: z.boolean().default(false),
});

const historySchema = z.object({
  channel,
  limit: z.int().default(0),
  since: z.object({ offset, epoch }).optional(),
  reverse: z.boolean().default(false),
});

const commandSchema = z.object({
  id: z.int().min(0).max(0xffff_ffff).default(0),
  connect: connectSchema.optional(),
  subscribe: subscribeSchema.optional(),
  unsubscribe: inChannel.optional(),
  publish: z.object({ channel, data: z.unknown().optional() }).optional(),
  presence: inChannel.optional(),
  presence_stats: inChannel.optional(),
  history: historySchema.optional(),
  rpc: z.object({ method: text(MAX_METHOD_LENGTH).default(''), data: z.unknown().optional() }).optional(),
  send: z.unknown().optional(),
  refresh: z.object({ token }).optional(),
  sub_refresh: z.object({ channel, token }).optional(),
  ping: z.unknown().optional(),
});

/** What a client sends; unknown fields are ignored, as every server of this protocol does. */
export type Command = z.output<typeof commandSchema>;
export type ConnectRequest = z.output<typeof connectSchema>;
export type SubscribeRequest = z.output<typeof subscribeSchema>;
export type HistoryRequest = z.output<typeof historySchema>;

/** `subscribe.flag`: an error in place of a subscription whose position is gone. */
export const REJECT_UNRECOVERED = 2;

/**
 * The commands of a frame, one on each line; the last line may end.
 * @throws DisconnectError bad_request
 */
export function parseCommands(frame: string): Command[] {
  const lines = frame.split('\n');
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map(parseCommand);
}

function parseCommand(line: string): Command {
  const parsed = commandSchema.safeParse(parseJson(line));
  if (!parsed.success) throw new DisconnectError('bad_request');
  return parsed.data;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new DisconnectError('bad_request');
  }
}

/** What a client answers a ping with: a command without anything in it. */
export function isPong(command: Command): boolean {
  return command.id === 0 && Object.values(command).every((value) => value === 0 || value === undefined);
}

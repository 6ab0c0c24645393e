import { z } from 'zod';
import { METHODS } from '../../centrifuge/rpc.js';
import { anything, count, text } from '../answers/common.js';
import { message, messagePage } from '../answers/message.js';
import { queueStatus } from '../answers/queue.js';

/** The Centrifuge protocol, version 2, as far as it is spoken here. */

const inChannel = z.looseObject({ channel: text });
const token = text.optional();
const offset = count.optional();
const epoch = text.optional();
const position = { offset, epoch, recover: z.boolean().optional().describe('Go on behind this place.') };

export const command = z
  .looseObject({
    id: z.int().optional().describe('Repeated in the answer; not there in the answer to a ping.'),
    connect: z
      .looseObject({
        token: text.optional().describe('An API key, or a token of `centrifuge.token_secret`.'),
        subs: z.record(text, z.looseObject(position)).optional(),
      })
      .optional(),
    subscribe: z
      .looseObject({
        channel: text,
        token,
        data: anything.optional().describe('Such as `{"format": "object"}` for the channel of a reply.'),
        ...position,
        join_leave: z.boolean().optional(),
        flag: z.int().optional().describe('2: error 112 in place of a subscription whose place is gone.'),
      })
      .optional(),
    unsubscribe: inChannel.optional(),
    publish: z.looseObject({ channel: text, data: anything }).optional(),
    presence: inChannel.optional(),
    presence_stats: inChannel.optional(),
    history: z
      .looseObject({
        channel: text,
        limit: z.int().optional().describe('0: only the position, -1: all.'),
        since: z.looseObject({ offset, epoch }).optional(),
        reverse: z.boolean().optional(),
      })
      .optional(),
    rpc: z
      .looseObject({
        method: z.enum(METHODS),
        data: z
          .looseObject({
            id: text.optional().describe('Of the message or the conversation.'),
            limit: z.int().optional(),
            after: text.optional(),
            order: z.enum(['asc', 'desc']).optional(),
          })
          .optional(),
      })
      .optional(),
    refresh: z.looseObject({ token: text }).optional(),
    sub_refresh: z.looseObject({ channel: text, token: text }).optional(),
  })
  .meta({ id: 'CentrifugeCommand' });

export const clientInfo = z
  .object({ user: text, client: text, conn_info: anything.optional(), chan_info: anything.optional() })
  .meta({ id: 'CentrifugeClient' });

export const move = z.object({ info: clientInfo }).meta({ id: 'CentrifugeMove' });

const publication = z
  .object({
    data: anything,
    offset,
    info: clientInfo.optional().describe('Of the client that has published it.'),
    tags: z.record(text, text).optional(),
  })
  .meta({ id: 'CentrifugePublication' });

const expiry = { expires: z.boolean().optional(), ttl: count.optional().describe('In seconds.') };

const subscribed = z
  .object({
    recoverable: z.boolean().optional(),
    positioned: z.boolean().optional(),
    epoch,
    offset,
    was_recovering: z.boolean().optional(),
    recovered: z.boolean().optional(),
    publications: z.array(publication).optional().describe('What was missed, or came before.'),
    data: anything.optional().describe('How things stand, in a channel of events.'),
    ...expiry,
  })
  .meta({ id: 'CentrifugeSubscription' });

const connected = z
  .object({
    client: text,
    ping: count.describe('Seconds between pings.'),
    pong: z.literal(true).optional().describe('Pings are to be answered.'),
    session: text.optional(),
    node: text.optional(),
    subs: z.record(text, subscribed).optional(),
    ...expiry,
  })
  .meta({ id: 'CentrifugeConnection' });

const ending = z.object({ code: z.int(), reason: text });
const nothing = z.object({});

const pushes = {
  channel: text.optional(),
  pub: publication.optional(),
  join: move.optional(),
  leave: move.optional(),
  unsubscribe: ending.optional(),
  disconnect: ending.optional(),
};

const results = {
  connect: connected.optional(),
  subscribe: subscribed.optional(),
  unsubscribe: nothing.optional(),
  publish: nothing.optional(),
  presence: z.object({ presence: z.record(text, clientInfo) }).optional(),
  presence_stats: z.object({ num_clients: count, num_users: count }).optional(),
  history: z.object({ publications: z.array(publication), offset: count, epoch: text }).optional(),
  rpc: z.object({ data: z.union([message, messagePage, queueStatus]) }).optional(),
  refresh: z.object({ client: text, ...expiry }).optional(),
  sub_refresh: z.object(expiry).optional(),
};

export const reply = z
  .object({
    id: z.int().optional(),
    error: z.object({ code: z.int(), message: text, temporary: z.boolean().optional() }).optional(),
    push: z.object(pushes).optional(),
    ...results,
  })
  .meta({ id: 'CentrifugeReply' });

/** Of a connection that only listens: pushes without what they are wrapped in. */
export const oneWay = z.object({ connect: connected.optional(), ...pushes }).meta({ id: 'CentrifugeOneWay' });

import { VERSION } from '#runtime';
import { SchemaBook } from '../schema-book.js';
import { ASYNC_CHANNELS, type AsyncChannel } from './channels.js';
import { ASYNC_MESSAGES, type AsyncMessage, type MessageName } from './messages.js';

const SERVERS = {
  websocket: { host: 'localhost:8080', protocol: 'ws', description: 'WebSocket connections.' },
  http: { host: 'localhost:8080', protocol: 'http', description: 'Streams over HTTP.' },
};

/** What is not request and answer, as AsyncAPI 3.0: sockets, streams, channels and callbacks. */
export function asyncApiDocument(): object {
  const schemas = new SchemaBook();
  const messages = entries(ASYNC_MESSAGES, (message) => messageOf(message, schemas));
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'LLM Message Queue: streams',
      version: VERSION,
      description: 'Whatever is not request and answer. `/openapi.json` describes the rest.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: SERVERS,
    channels: entries(ASYNC_CHANNELS, (channel) => channelOf(channel, schemas)),
    operations: Object.fromEntries(
      Object.entries(ASYNC_CHANNELS).flatMap(([name, one]) => operationsOf(name, one)),
    ),
    components: { messages, schemas: schemas.components },
  };
}

function messageOf({ title, summary, contentType, payload }: AsyncMessage, schemas: SchemaBook): object {
  const described = { title, ...(summary && { summary }), ...(contentType && { contentType }) };
  return { ...described, payload: schemas.answer(payload) };
}

function channelOf(channel: AsyncChannel, schemas: SchemaBook): object {
  const { address, over, title, text, parameters, query } = channel;
  const all = [...(channel.in ?? []), ...(channel.out ?? [])];
  return {
    address,
    title,
    description: text,
    servers: [{ $ref: `#/servers/${over}` }],
    ...(parameters && { parameters: entries(parameters, (description) => ({ description })) }),
    messages: Object.fromEntries(all.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
    ...(query && {
      bindings: { ws: { method: 'GET', query: schemas.request(query), bindingVersion: '0.1.0' } },
    }),
  };
}

/** Of the server: it receives what clients send. */
function operationsOf(channel: string, { in: taken = [], out: sent = [] }: AsyncChannel): [string, object][] {
  const operation = (action: string, names: readonly MessageName[]) => ({
    action,
    channel: { $ref: `#/channels/${channel}` },
    messages: names.map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
  });
  return [
    ...(taken.length > 0 ? [[`${channel}Receive`, operation('receive', taken)] as [string, object]] : []),
    ...(sent.length > 0 ? [[`${channel}Send`, operation('send', sent)] as [string, object]] : []),
  ];
}

function entries<T>(all: Readonly<Record<string, T>>, change: (value: T) => object): Record<string, object> {
  return Object.fromEntries(Object.entries(all).map(([name, value]) => [name, change(value)]));
}

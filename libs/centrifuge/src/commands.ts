import { type Position } from './channel-source.js';
import { type Client } from './client.js';
import { asProcedureError } from './failures.js';
import { type Peer } from './peer.js';
import { CommandError, DisconnectError } from './protocol/codes.js';
import { type Command, type ConnectRequest } from './protocol/commands.js';
import { withPublications } from './protocol/publication.js';
import { expiryOf, type Subscribed } from './subscriptions.js';

/** The result of a command as JSON, under its name, and what begins once that is written. */
interface Answer {
  readonly name: string;
  readonly json: string;
  readonly begin?: () => void;
}

/** Publications and calls of one connection: so many at once, and so many each second. */
const BURST = 100;
const EACH_MS = 0.1;

/**
 * Does a command; of several in one the first counts, in the order of the protocol.
 * @throws CommandError, DisconnectError, AppError
 */
export async function runCommand(peer: Peer, command: Command): Promise<Answer> {
  const { admitted } = peer;
  if (command.connect) return connect(peer, command.connect);
  if (!admitted) throw new DisconnectError('bad_request');
  const { client } = admitted;
  if (command.subscribe) return subscribe(peer, client, command.subscribe);
  if (command.unsubscribe) return unsubscribe(peer, command.unsubscribe.channel);
  if (command.publish) return publish(peer, client, command.publish);
  if (command.rpc) return call(peer, client, command.rpc);
  const answer = (await ask(peer, client, command)) ?? (await renew(peer, client, command));
  if (!answer) throw new DisconnectError('bad_request');
  return answer;
}

async function connect(peer: Peer, request: ConnectRequest): Promise<Answer> {
  const { at, session, visitor, admitted } = peer;
  if (admitted) throw new DisconnectError('bad_request');
  const asked = at.gate.connect(crypto.randomUUID(), request.token, visitor);
  const wanted = peer.isUnidirectional ? Object.keys(request.subs) : [];
  const channels = new Set([...asked.channels, ...wanted]);
  const subscribed = await subscribeByServer(peer, asked.client, channels, request.subs);
  peer.admit(asked);
  const subs = [...subscribed].map(([channel, { json }]) => `${JSON.stringify(channel)}:${json}`);
  const result = JSON.stringify({
    client: asked.client.id,
    ...expiryOf(asked.expiresAt, at.now()),
    ping: Math.max(1, Math.round(at.pingMs / 1_000)),
    ...(peer.isEmulated ? { session, node: at.node } : { pong: true }),
  });
  return {
    name: 'connect',
    json: subs.length === 0 ? result : `${result.slice(0, -1)},"subs":{${subs.join(',')}}}`,
    begin: () => subscribed.forEach(({ begin }) => begin()),
  };
}

async function subscribeByServer(
  { subscriptions }: Peer,
  client: Client,
  channels: ReadonlySet<string>,
  known: ConnectRequest['subs'],
): Promise<Map<string, Subscribed>> {
  const subscribed = new Map<string, Subscribed>();
  for (const channel of channels) {
    const was = known[channel];
    const since: Position | undefined = was?.recover ? { offset: was.offset, epoch: was.epoch } : undefined;
    subscribed.set(channel, await subscriptions.addOfServer(client, channel, since));
  }
  return subscribed;
}

async function subscribe(
  { at, subscriptions }: Peer,
  client: Client,
  request: NonNullable<Command['subscribe']>,
): Promise<Answer> {
  const grant = at.gate.subscribe(client, request.channel, request.token);
  const { json, begin } = await subscriptions.add(client, request, grant);
  return { name: 'subscribe', json, begin };
}

async function unsubscribe({ subscriptions }: Peer, channel: string): Promise<Answer> {
  await subscriptions.remove(channel);
  return { name: 'unsubscribe', json: '{}' };
}

async function publish(
  peer: Peer,
  client: Client,
  { channel, data }: NonNullable<Command['publish']>,
): Promise<Answer> {
  if (data === undefined) throw new CommandError('bad_request');
  if (!client.caller.scopes.includes('write')) throw new CommandError('permission_denied');
  takeTurn(peer);
  await peer.at.channels.of(channel).publish(client, channel, data);
  return { name: 'publish', json: '{}' };
}

async function call(
  peer: Peer,
  client: Client,
  { method, data }: NonNullable<Command['rpc']>,
): Promise<Answer> {
  const procedure = peer.at.procedures.get(method);
  // Names are made of a kind and a verb; what has another form is no method of ours, found or not.
  if (!procedure) throw new CommandError(method.includes('.') ? 'method_not_found' : 'not_available');
  takeTurn(peer);
  try {
    return { name: 'rpc', json: JSON.stringify({ data: (await procedure(client, data)) ?? null }) };
  } catch (error) {
    throw asProcedureError(error);
  }
}

/** @throws CommandError too_many_requests */
function takeTurn({ turns, at }: Peer): void {
  const now = at.now();
  const tokens = Math.min(BURST, turns.tokens + (now - turns.at) * EACH_MS);
  if (tokens < 1) throw new CommandError('too_many_requests');
  turns.tokens = tokens - 1;
  turns.at = now;
}

/** What is only read. */
async function ask({ at }: Peer, client: Client, command: Command): Promise<Answer | undefined> {
  const { presence, presence_stats: stats, history } = command;
  if (presence) {
    const clients = await at.channels.of(presence.channel).presence(client, presence.channel);
    return { name: 'presence', json: JSON.stringify({ presence: clients }) };
  }
  if (stats) {
    const clients = Object.values(await at.channels.of(stats.channel).presence(client, stats.channel));
    const users = new Set(clients.map(({ user }) => user));
    return {
      name: 'presence_stats',
      json: JSON.stringify({ num_clients: clients.length, num_users: users.size }),
    };
  }
  if (!history) return undefined;
  const { publications, offset, epoch } = await at.channels.of(history.channel).history(client, history);
  return { name: 'history', json: withPublications({ offset, epoch }, publications) };
}

/** New tokens for old ones. */
async function renew(peer: Peer, client: Client, command: Command): Promise<Answer | undefined> {
  const { refresh, sub_refresh: subRefresh } = command;
  const { at, subscriptions } = peer;
  if (refresh) {
    const admitted = at.gate.refresh(peer.admitted!, refresh.token);
    peer.admit(admitted);
    const result = { client: client.id, ...expiryOf(admitted.expiresAt, at.now()) };
    return { name: 'refresh', json: JSON.stringify(result) };
  }
  if (!subRefresh) return undefined;
  const grant = at.gate.subscribe(client, subRefresh.channel, subRefresh.token);
  if (!grant) throw new CommandError('bad_request');
  subscriptions.extend(subRefresh.channel, grant);
  return { name: 'sub_refresh', json: JSON.stringify(expiryOf(grant.expiresAt, at.now())) };
}

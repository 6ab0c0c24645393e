import { type Broker, type Hub } from '#centrifuge';

/** A process of the fleet, as the server API shows it. */
interface NodeInfo {
  readonly uid: string;
  readonly name: string;
  readonly num_clients: number;
  readonly num_users: number;
  readonly num_subs: number;
  readonly num_channels: number;
  readonly uptime: number;
}

/** No channel: its key has no tenant. */
const KEY = 'nodes';

/** Processes tell how they are this often; one that does not is forgotten after a minute. */
const ANNOUNCE_MS = 20_000;

/** Which gateways there are, and how many clients each has. */
export class NodeDirectory {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly hub: Hub,
    private readonly broker: Broker,
    private readonly onError: (error: unknown) => void,
  ) {}

  join(): void {
    const announce = () => void this.#announce().catch(this.onError);
    this.#timer = setInterval(announce, ANNOUNCE_MS);
    this.#timer.unref();
    announce();
  }

  async leave(): Promise<void> {
    clearInterval(this.#timer);
    await this.broker.leave(KEY, this.hub.at.node);
  }

  async all(): Promise<readonly NodeInfo[]> {
    await this.#announce();
    const nodes = await this.broker.present(KEY);
    return nodes.map(({ conn_info: info }) => info as NodeInfo);
  }

  async #announce(): Promise<void> {
    const { node } = this.hub.at;
    await this.broker.enter(KEY, { client: node, user: '', conn_info: this.#info() });
  }

  #info(): NodeInfo {
    const { at, startedAt } = this.hub;
    const connections = this.hub.connections().filter(({ admitted }) => admitted);
    const channels = connections.flatMap(({ subscriptions }) => subscriptions.names());
    return {
      uid: at.node,
      name: at.node,
      num_clients: connections.length,
      num_users: new Set(connections.map(({ admitted }) => admitted!.client.user)).size,
      num_subs: channels.length,
      num_channels: new Set(channels).size,
      uptime: Math.round((at.now() - startedAt) / 1_000),
    };
  }
}

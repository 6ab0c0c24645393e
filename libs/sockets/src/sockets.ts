import { type IncomingMessage, type Server } from 'node:http';
import { type Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type HttpSettings, type SocketSettings } from '#config';
import { AppError, newId } from '#contracts';
import { type Health, type Log, type Metrics } from '#observability';
import { atMost, withDeadline } from '#runtime';
import { ClientAddress } from './client-address.js';
import { CLOSE } from './close-codes.js';
import { Connection } from './connection.js';
import { Origins } from './origins.js';
import { Places } from './places.js';
import { refuseUpgrade, upgradeError } from './refuse-upgrade.js';
import { type Prepared, type SocketDoor } from './socket.js';

/** Whoever wants in has an answer within this time. */
const PREPARE_MS = 5_000;

/** At shutdown peers have this long to say goodbye. */
const DRAIN_MS = 2_000;

/** How precise the timing of pings is: a part of the interval, at most a second. */
const beatMsOf = (pingMs: number) => Math.min(1_000, Math.max(10, pingMs / 20));

interface Entrance {
  readonly door: SocketDoor;
  readonly server: WebSocketServer;
}

/** The WebSocket connections of one process: who may open one, how long it lives, and how all of them end. */
export class Sockets {
  readonly #entrances = new Map<string, Entrance>();
  readonly #open = new Set<Connection>();
  /** Headers of answers that are being written. */
  readonly #headers = new WeakMap<IncomingMessage, Readonly<Record<string, string>>>();
  readonly #places: Places;
  readonly #origins: Origins;
  readonly #addresses: ClientAddress;
  #beat: NodeJS.Timeout | undefined;
  #drained: (() => void) | undefined;

  constructor(
    private readonly settings: SocketSettings,
    http: HttpSettings,
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#places = new Places(settings);
    this.#origins = new Origins(settings);
    this.#addresses = new ClientAddress(http.value.trusted_proxies);
  }

  /** A path that takes WebSockets from now on. */
  add(door: SocketDoor): void {
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // 223 KB for each connection instead of 8, and texts are short.
      perMessageDeflate: false,
      maxPayload: door.maxFrameBytes,
    });
    server.on('headers', (lines, request) => {
      for (const [name, value] of Object.entries(this.#headers.get(request) ?? {}))
        lines.push(`${name}: ${value}`);
    });
    server.on('wsClientError', (error, socket) => this.#refuse(socket, upgradeError(error)));
    this.#entrances.set(door.path, { door, server });
    this.metrics.openSockets.set({ door: door.path }, 0);
  }

  /** Takes over the upgrades of an HTTP server. What asks for another protocol than WebSocket goes on as HTTP. */
  attach(server: Server): void {
    Object.assign(server, { shouldUpgradeCallback: isWebSocket });
    server.on('upgrade', (request, socket, head) => void this.#upgrade(request, socket, head));
    this.#beat = setInterval(() => this.#everyBeat(), beatMsOf(this.settings.value.ping));
    this.#beat.unref();
  }

  /** Tells every peer to come back elsewhere, and cuts off who does not say goodbye. */
  async drain(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.#drained = resolve));
    for (const connection of this.#open)
      connection.close(CLOSE.goingAway, 'the server shuts down; come back');
    if (this.#open.size > 0) await atMost(DRAIN_MS, done);
    for (const connection of this.#open) connection.cut();
    clearInterval(this.#beat);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    // Node has taken its own listener off, and an error without one ends the process.
    socket.on('error', () => undefined);
    try {
      const { door, server } = this.#entranceOf(request);
      const address = this.#addresses.of(request);
      const leave = this.#places.enter(address);
      socket.once('close', leave);
      const preparing = door.prepare(request, address);
      const prepared = await withDeadline(preparing, PREPARE_MS, 'internal', 'The upgrade');
      if (prepared.headers) this.#headers.set(request, prepared.headers);
      server.handleUpgrade(request, socket, head, (ws) => this.#enter(ws, address, door, prepared));
    } catch (error) {
      this.#refuse(socket, error);
    }
  }

  /** @throws AppError draining, route_not_found, origin_not_allowed */
  #entranceOf({ url = '', headers }: IncomingMessage): Entrance {
    if (this.health.draining || this.#drained)
      throw new AppError('draining', 'This process is shutting down; connect to another one');
    const entrance = this.#entrances.get(url.split('?')[0]!);
    if (!entrance) throw new AppError('route_not_found', 'No WebSocket is served at this path');
    this.#origins.require(headers.origin);
    return entrance;
  }

  #enter(ws: WebSocket, address: string, door: SocketDoor, prepared: Prepared): void {
    const { ping, dead_after, write_timeout } = this.settings.value;
    const timing = {
      pingMs: door.pingMs,
      deadMs: door.pingMs + dead_after - ping,
      writeMs: write_timeout,
    };
    const connection = new Connection(newId('sock'), address, ws, timing);
    this.#open.add(connection);
    this.metrics.openSockets.inc({ door: door.path });
    connection.onClose(() => this.#leave(connection, door));
    // Accepted before the shutdown began, and opened after everybody was told.
    if (this.#drained) return connection.close(CLOSE.goingAway, 'the server shuts down; come back');
    try {
      prepared.open(connection);
    } catch (err) {
      this.log.error({ err, door: door.path }, 'a socket could not be opened');
      connection.close(CLOSE.failed, 'something went wrong inside');
    }
  }

  #leave(connection: Connection, { path: door }: SocketDoor): void {
    this.#open.delete(connection);
    this.metrics.openSockets.dec({ door });
    this.metrics.socketsClosed.inc({ door, by: connection.ending });
    if (this.#open.size === 0) this.#drained?.();
  }

  #refuse(socket: Duplex, error: unknown): void {
    const code = refuseUpgrade(socket, error);
    this.metrics.socketsRefused.inc({ code });
    if (code === 'internal') this.log.error({ err: error }, 'an upgrade failed');
  }

  #everyBeat(): void {
    const now = performance.now();
    for (const connection of this.#open) connection.beat(now);
  }
}

function isWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

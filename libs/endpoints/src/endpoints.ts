import { type EndpointSettings } from '#config';
import {
  type AddEndpoint,
  AppError,
  type ChangeEndpoint,
  type Endpoint,
  type ListEndpoints,
  newId,
} from '#contracts';
import { type ControlBus } from '#control';
import { type Log } from '#observability';
import { type AddressGuard } from '#outbound';
import { addedFields, changedFields } from './endpoint-fields.js';
import { type EndpointBoard, type EndpointState } from './endpoint-board.js';
import { mergedEndpoints } from './merge.js';
import { type ProviderSpecs } from './provider-specs.js';
import { requireProvider } from './require-provider.js';
import { fieldChange, type UpstreamLedger } from './upstream-ledger.js';

/** An endpoint, and how it is doing. */
export type EndpointNow = readonly [Endpoint, EndpointState];

/** The endpoints as operators see and change them; every worker follows a moment later. */
export class Endpoints {
  constructor(
    private readonly specs: ProviderSpecs,
    private readonly ledger: UpstreamLedger,
    private readonly board: EndpointBoard,
    private readonly guard: AddressGuard,
    private readonly bus: ControlBus,
    private readonly settings: EndpointSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError endpoint_exists, limit_reached, provider_unknown, address_refused, database_unavailable */
  async add(request: AddEndpoint): Promise<EndpointNow> {
    const { url } = request;
    const provider = request.provider === '' ? this.specs.all[0]!.name : request.provider;
    requireProvider(this.specs, provider);
    await this.guard.check(url);
    const id = request.id === '' ? newId('ep') : request.id;
    await this.ledger.answer(async () => {
      if (this.#isConfigured(id)) throw exists(id);
      const most = this.settings.value.max_endpoints;
      if (await this.ledger.add(id, provider, url, addedFields(id, request), most)) return;
      throw (await this.#all()).some((endpoint) => endpoint.id === id) ? exists(id) : tooMany(most);
    });
    this.#changed({ endpoint: id, provider, url }, 'an endpoint was added: it gets the keys of its provider');
    return this.get(id);
  }

  /** @throws AppError endpoint_not_found, database_unavailable */
  async get(id: string): Promise<EndpointNow> {
    const found = (await this.ledger.answer(() => this.#all())).find((endpoint) => endpoint.id === id);
    if (!found) throw notFound(id);
    return [found, this.board.stateOf(found)];
  }

  /** @throws AppError database_unavailable */
  async list({ provider, type, group, status }: ListEndpoints = {}): Promise<EndpointNow[]> {
    const all = await this.ledger.answer(() => this.#all());
    const isWanted = (endpoint: Endpoint) =>
      (provider ?? endpoint.provider) === endpoint.provider &&
      (type ?? endpoint.type) === endpoint.type &&
      (group ?? endpoint.group) === endpoint.group;
    return all
      .filter(isWanted)
      .map((endpoint) => [endpoint, this.board.stateOf(endpoint)] as const)
      .filter(([, { health }]) => (status ?? health) === health);
  }

  /** @throws AppError endpoint_not_found, endpoint_configured, address_refused, limit_reached, database_unavailable */
  async change(id: string, request: ChangeEndpoint): Promise<EndpointNow> {
    const { url } = request;
    const [before] = await this.get(id);
    const change = fieldChange(changedFields(request));
    if (before.origin === 'config' && url !== undefined && url !== before.url)
      throw configured(id, 'its URL is changed there');
    if (before.origin === 'api' && url !== undefined) await this.guard.check(url);
    await this.ledger.answer(async () => {
      const most = this.settings.value.max_endpoints;
      if (before.origin === 'api' && !(await this.ledger.change(id, url, change))) throw notFound(id);
      if (before.origin === 'config' && !(await this.ledger.overlay(id, before.provider, change, most)))
        throw tooMany(most);
    });
    this.#changed({ endpoint: id, provider: before.provider, ...request }, 'an endpoint was changed');
    return this.get(id);
  }

  /** @throws AppError endpoint_not_found, endpoint_configured, database_unavailable */
  async remove(id: string): Promise<void> {
    if (this.#isConfigured(id)) throw configured(id, 'turn it off with enabled: false');
    const isGone = await this.ledger.answer(() => this.ledger.remove(id));
    if (!isGone) throw notFound(id);
    this.#changed({ endpoint: id }, 'an endpoint was removed');
  }

  async #all(): Promise<Endpoint[]> {
    return mergedEndpoints(this.specs.all, (await this.ledger.read()).endpoints);
  }

  #isConfigured(id: string): boolean {
    return mergedEndpoints(this.specs.all, []).some((endpoint) => endpoint.id === id);
  }

  #changed(what: object, said: string): void {
    this.bus.publish('upstreams.changed', {});
    this.log.warn(what, said);
  }
}

function notFound(id: string): AppError {
  return new AppError('endpoint_not_found', `There is no endpoint ${id}`);
}

function exists(id: string): AppError {
  return new AppError('endpoint_exists', `There is already an endpoint ${id}; PUT changes it`);
}

function configured(id: string, whatToDo: string): AppError {
  return new AppError('endpoint_configured', `The endpoint ${id} stands in the configuration: ${whatToDo}`);
}

function tooMany(most: number): AppError {
  return new AppError('limit_reached', `At most ${most} endpoints may be added or changed; remove one first`);
}

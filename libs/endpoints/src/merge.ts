import { type BalancedProvider, type UpstreamEndpoint } from '#balancing';
import { type EndpointSpec, type ProviderSpec } from '#catalog';
import { type Endpoint, type EndpointFields } from '#contracts';
import { type EndpointRow, type UpstreamOrders } from './upstream-ledger.js';

const DEFAULTS: EndpointFields = {
  name: '',
  type: 'llm',
  capabilities: [],
  weight: 1,
  priority: 0,
  group: 'primary',
  maxConnections: 0,
  enabled: true,
  declared: null,
  metadata: {},
};

/** Every endpoint: those of the configuration with what was changed of them, then those that were added. */
export function mergedEndpoints(specs: readonly ProviderSpec[], rows: readonly EndpointRow[]): Endpoint[] {
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const configured = specs.flatMap((spec) =>
    endpointsOf(spec).map((endpoint) => configuredEndpoint(spec, endpoint, rowOf.get(endpoint.id))),
  );
  const taken = new Set(configured.map(({ id }) => id));
  const names = new Set(specs.map(({ name }) => name));
  const added = rows.filter(({ id, provider }) => !taken.has(id) && names.has(provider));
  return [...configured, ...added.flatMap(addedEndpoint)];
}

/** The providers as they are to be balanced now. */
export function balancedProviders(
  specs: readonly ProviderSpec[],
  { endpoints: rows, balancing }: UpstreamOrders,
): BalancedProvider[] {
  const endpoints = mergedEndpoints(specs, rows);
  return specs.map((spec) => ({
    name: spec.name,
    endpoints: endpoints.filter(({ provider }) => provider === spec.name).map(upstreamEndpoint),
    keys: spec.keys,
    balancing: { ...spec.balancing, ...balancing[spec.name] },
  }));
}

/** The simulator has none, and is called all the same. */
function endpointsOf({ name, kind, endpoints }: ProviderSpec): readonly EndpointSpec[] {
  if (kind !== 'simulator' || endpoints.length > 0) return endpoints;
  return [{ id: name, url: 'simulator:', weight: 1, maxConnections: 0, priority: 0, group: 'primary' }];
}

function configuredEndpoint(
  spec: ProviderSpec,
  { id, url, ...said }: EndpointSpec,
  row?: EndpointRow,
): Endpoint {
  const changed = row?.url === null && row.provider === spec.name ? row : undefined;
  const capabilities = [...new Set(spec.models.flatMap((model) => model.capabilities))];
  return {
    ...DEFAULTS,
    name: id,
    capabilities,
    ...said,
    ...changed?.fields,
    id,
    url,
    provider: spec.name,
    origin: 'config',
    updatedAt: changed ? new Date(changed.updated_at) : null,
  };
}

/** What only changed a configured endpoint that is there no more is nothing. */
function addedEndpoint({ id, provider, url, fields, updated_at }: EndpointRow): Endpoint[] {
  if (url === null) return [];
  const what = { ...DEFAULTS, name: id, ...fields };
  return [{ ...what, id, provider, url, origin: 'api', updatedAt: new Date(updated_at) }];
}

function upstreamEndpoint(endpoint: Endpoint): UpstreamEndpoint {
  const { id, url, weight, maxConnections, priority, group, enabled, declared, origin } = endpoint;
  return {
    id,
    url,
    weight,
    maxConnections,
    priority,
    group,
    enabled,
    declared: declared ?? undefined,
    guarded: origin === 'api',
  };
}

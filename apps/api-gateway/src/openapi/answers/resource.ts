import { z } from 'zod';
import { ENDPOINT_GROUPS, ENDPOINT_HEALTHS, RESOURCE_STATUSES } from '#contracts';
import { amount, anyObject, count, pageOf, priority, span, text, time } from './common.js';

const amounts = {
  cpu: count.optional(),
  gpu: count.optional(),
  memory: count.optional(),
  tokens: count.optional(),
};
const capacity = z.object({ ...amounts, slots: count.optional() });

export const resource = z
  .object({
    id: text,
    name: text,
    type: text,
    capabilities: z.array(text),
    status: z.enum(RESOURCE_STATUSES),
    load: amount,
    capacity,
    used: capacity,
    endpoint: text,
    provider: text.nullable(),
    allocations: count,
    metadata: anyObject,
    created_at: time,
    updated_at: time,
    last_heartbeat: time,
  })
  .meta({ id: 'Resource' });

export const resourcePage = pageOf('resources', resource);
export const registeredResource = resource.extend({ resource_id: text });

export const resourceStats = z.object({
  resources: z.object({
    total: count,
    ...(Object.fromEntries(RESOURCE_STATUSES.map((status) => [status, count])) as Record<
      string,
      typeof count
    >),
  }),
  resource_by_type: z.record(z.string(), count),
  average_load: amount,
  allocations: count,
  pending_requests: count,
});

export const allocation = z
  .object({
    request_id: text,
    resource_id: text,
    endpoint: text,
    model_type: text,
    requirements: z.object(amounts),
    capabilities: z.array(text),
    priority,
    metadata: anyObject,
    allocated: time,
    expires: time,
  })
  .meta({ id: 'Allocation' });

export const allocationPage = pageOf('allocations', allocation);
export const newAllocation = allocation.extend({
  token: text.describe('Told once, and needed to release it.'),
});
export const released = z.object({ request_id: text, status: z.literal('released') });

const doing = {
  status: z.enum(ENDPOINT_HEALTHS),
  connections: count,
  response_time: span.nullable().describe('Until the first token, on average.'),
  inter_token_time: span.nullable(),
  error_rate: amount,
  breakers: z.object({ closed: count, half_open: count, open: count }),
  last_check: time.nullable(),
};

export const endpoint = z
  .object({
    id: text,
    provider: text,
    url: text,
    name: text,
    type: text,
    capabilities: z.array(text),
    weight: amount,
    priority: count,
    group: z.enum(ENDPOINT_GROUPS),
    enabled: z.boolean(),
    max_connections: count,
    ...doing,
    origin: z.enum(['config', 'api']),
    metadata: anyObject,
    updated_at: time.nullable(),
  })
  .meta({ id: 'Endpoint' });

export const endpointList = z.object({ endpoints: z.array(endpoint) });
export const addedEndpoint = endpoint.extend({ endpoint_id: text });

export const endpointStats = z.object({
  endpoints: z.object({ total: count, healthy: count, degraded: count, unhealthy: count }),
  endpoints_by_type: z.record(z.string(), count),
  total_connections: count,
  sessions: count,
  workers: count,
  details: z.array(z.object({ id: text, provider: text, ...doing })),
});

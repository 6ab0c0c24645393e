import { type Allocation, type Resource, type ResourceStats } from '#contracts';
import { type NewAllocation } from '#resources';

/** A resource as clients see it. */
export function resourceView(resource: Resource) {
  return {
    id: resource.id,
    name: resource.name,
    type: resource.type,
    capabilities: resource.capabilities,
    status: resource.status,
    load: resource.load,
    capacity: resource.capacity,
    used: resource.used,
    endpoint: resource.endpoint,
    provider: resource.lane,
    allocations: resource.allocations,
    metadata: resource.metadata,
    created_at: resource.createdAt.toISOString(),
    updated_at: resource.updatedAt.toISOString(),
    last_heartbeat: resource.lastHeartbeat.toISOString(),
  };
}

export function resourceStatsView({ statuses, byType, averageLoad, allocations, waiting }: ResourceStats) {
  const total = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  return {
    resources: { total, ...statuses },
    resource_by_type: byType,
    average_load: averageLoad,
    allocations,
    pending_requests: waiting,
  };
}

export function allocationView(allocation: Allocation) {
  return {
    request_id: allocation.requestId,
    resource_id: allocation.resourceId,
    endpoint: allocation.endpoint,
    model_type: allocation.modelType,
    requirements: allocation.requirements,
    capabilities: allocation.capabilities,
    priority: allocation.priority,
    metadata: allocation.metadata,
    allocated: allocation.allocatedAt.toISOString(),
    expires: allocation.expiresAt.toISOString(),
  };
}

/** The only answer that ever holds the token. */
export function newAllocationView(allocation: NewAllocation) {
  return { ...allocationView(allocation), token: allocation.token };
}

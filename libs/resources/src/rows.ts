import { type Allocation, type Resource } from '#contracts';
import { type ResourceAllocationRow, type ResourceRow, toPriorityName } from '#ledger';

export function toResource(row: ResourceRow): Resource {
  return {
    id: row.id,
    name: row.name,
    type: row.type,
    capabilities: row.capabilities,
    status: row.status,
    load: row.load,
    capacity: row.capacity,
    used: row.used,
    endpoint: row.endpoint,
    metadata: row.metadata,
    lane: row.lane,
    allocations: row.allocations,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    lastHeartbeat: row.lastHeartbeat,
  };
}

/** Of a row that has a resource. */
export function toAllocation(row: ResourceAllocationRow): Allocation {
  return {
    requestId: row.requestId,
    resourceId: row.resourceId!,
    endpoint: row.endpoint!,
    modelType: row.modelType,
    requirements: row.requirements,
    capabilities: row.capabilities,
    priority: toPriorityName(row.priority),
    metadata: row.metadata,
    allocatedAt: row.allocatedAt!,
    expiresAt: row.expiresAt!,
  };
}

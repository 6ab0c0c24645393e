import { type AddEndpoint, type ChangeEndpoint, type EndpointFields } from '#contracts';

/** What a request says of a new endpoint. */
export function addedFields(id: string, request: AddEndpoint): EndpointFields {
  const { name, type, capabilities, weight, priority, group, enabled, metadata, status } = request;
  return {
    name: name === '' ? id : name,
    type: type === '' ? 'llm' : type,
    capabilities,
    weight,
    priority,
    group,
    maxConnections: request.max_connections,
    enabled,
    declared: status === '' || status === 'healthy' ? null : status,
    metadata,
  };
}

/** What it says of one that is there: undefined leaves a field as it is, null forgets what was said of it. */
export function changedFields(request: ChangeEndpoint) {
  const { name, type, capabilities, weight, priority, group, enabled, metadata, status } = request;
  return {
    name,
    type,
    capabilities,
    weight,
    priority,
    group,
    maxConnections: request.max_connections,
    enabled,
    declared: status === 'healthy' ? null : status,
    metadata,
  };
}

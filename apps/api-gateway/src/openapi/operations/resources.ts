import {
  addedEndpoint,
  allocationPage,
  endpoint,
  endpointList,
  endpointStats,
  newAllocation,
  registeredResource,
  released,
  resource,
  resourcePage,
  resourceStats,
} from '../answers/resource.js';
import { type Group } from '../operation.js';

export const RESOURCES: Group = {
  tag: 'Resources',
  text: 'Capacity that model servers register, and shares of it.',
  params: { id: 'Id of the resource.', request_id: 'Name of the allocation.' },
  operations: {
    'POST /api/v1/resources': {
      id: 'registerResource',
      summary: 'Register a resource',
      answer: registeredResource,
      headers: ['location'],
      errors: ['resource_exists', 'limit_reached', 'provider_unknown'],
      example: { id: 'gpu-1', type: 'llama-2', capacity: { gpu: 2 } },
    },
    'GET /api/v1/resources': { id: 'listResources', summary: 'List resources', answer: resourcePage },
    'GET /api/v1/resources/stats': {
      id: 'getResourceStats',
      summary: 'How many there are, and how loaded',
      answer: resourceStats,
    },
    'GET /api/v1/resources/:id': {
      id: 'getResource',
      summary: 'Read a resource',
      answer: resource,
      errors: ['resource_not_found'],
    },
    'PUT /api/v1/resources/:id': {
      id: 'updateResource',
      summary: 'Change a resource',
      answer: resource,
      errors: ['resource_not_found', 'provider_unknown'],
      example: { load: 0.5 },
    },
    'DELETE /api/v1/resources/:id': {
      id: 'removeResource',
      summary: 'Remove a resource with everything that is held of it',
      answer: null,
      errors: ['resource_not_found'],
    },
    'POST /api/v1/resources/:id/heartbeat': {
      id: 'sendHeartbeat',
      summary: 'A sign of life',
      answer: resource,
      errors: ['resource_not_found'],
      example: { load: 0.25 },
    },
    'POST /api/v1/resources/allocate': {
      id: 'allocate',
      summary: 'Take a share',
      text: 'With `wait` the answer comes when there is room.',
      answer: newAllocation,
      errors: ['capacity_exceeded', 'allocation_exists', 'invalid_priority'],
      example: { model_type: 'llama-2', requirements: { gpu: 1 } },
    },
    'GET /api/v1/resources/allocations': {
      id: 'listAllocations',
      summary: 'List what your tenant holds',
      answer: allocationPage,
    },
    'POST /api/v1/resources/allocations/:request_id/release': {
      id: 'releaseAllocation',
      summary: 'Give a share back',
      answer: released,
      errors: ['allocation_not_found', 'forbidden'],
    },
  },
};

const CHANGE = ['endpoint_not_found', 'endpoint_configured'] as const;

export const ENDPOINTS: Group = {
  tag: 'Endpoints',
  text: 'URLs of providers, those of the configuration and those that are added here.',
  params: { id: 'Id of the endpoint.' },
  operations: {
    'POST /api/v1/endpoints': {
      id: 'addEndpoint',
      summary: 'Add an endpoint',
      answer: addedEndpoint,
      headers: ['location'],
      errors: ['endpoint_exists', 'limit_reached', 'address_refused', 'provider_unknown'],
      example: { id: 'second', url: 'https://llm.example.com/v1' },
    },
    'GET /api/v1/endpoints': { id: 'listEndpoints', summary: 'List endpoints', answer: endpointList },
    'GET /api/v1/endpoints/stats': {
      id: 'getEndpointStats',
      summary: 'How they do',
      answer: endpointStats,
    },
    'GET /api/v1/endpoints/:id': {
      id: 'getEndpoint',
      summary: 'Read an endpoint',
      answer: endpoint,
      errors: ['endpoint_not_found'],
    },
    'PUT /api/v1/endpoints/:id': {
      id: 'changeEndpoint',
      summary: 'Change an endpoint',
      text: 'What is left out stays; null takes back what was said.',
      answer: endpoint,
      errors: [...CHANGE, 'address_refused', 'limit_reached'],
      example: { weight: 2 },
    },
    'DELETE /api/v1/endpoints/:id': {
      id: 'removeEndpoint',
      summary: 'Remove an endpoint that was added',
      answer: null,
      errors: CHANGE,
    },
  },
};

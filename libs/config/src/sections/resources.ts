import { duration, whole } from '../fields.js';
import { section } from './section.js';

export const resources = section(
  {
    heartbeat_timeout: duration(
      '30s',
      { min: '200ms', max: '1h' },
      {
        env: 'RESOURCE_HEARTBEAT_TIMEOUT',
        description: 'A resource without a sign of life for this long is offline, and its slots with it.',
      },
    ),
    allocation_timeout: duration(
      '5m',
      { min: '100ms', max: '1d' },
      {
        env: 'RESOURCE_ALLOCATION_TIMEOUT',
        description: 'After this time an allocation that names no `timeout` ends by itself.',
      },
    ),
    max_resources: whole(
      1_000,
      { min: 1, max: 10_000 },
      { env: 'RESOURCE_MAX', unit: 'count', description: 'Most resources that may be registered.' },
    ),
    max_allocations: whole(
      1_000,
      { min: 1, max: 100_000 },
      {
        env: 'RESOURCE_MAX_ALLOCATIONS',
        unit: 'count',
        description: 'Most allocations of one resource at once, however little each of them takes.',
      },
    ),
    max_waiting: whole(
      200,
      { min: 0, max: 10_000 },
      {
        env: 'RESOURCE_MAX_WAITING',
        unit: 'count',
        description: 'Most requests for an allocation that may wait for room.',
      },
    ),
  },
  'What model servers register, and how it is shared out.',
);

import { counter, gauge } from './definition.js';

/** Every process by itself. */
export const PROCESSES = {
  buildInfo: gauge('max', 'llmq_build_info', 'all', 'Always 1: what runs here.', {
    app: ['api-gateway', 'queue-manager', 'scheduler', 'server'],
    version: 'of this software',
    node: 'of Node',
  }),
  eventLoopActive: counter(
    'llmq_event_loop_active_seconds_total',
    'all',
    'Time in which the event loop had something to do; its rate is how busy the process is, 1 at most.',
  ),
  dependencyUp: gauge('min', 'llmq_dependency_up', 'all', '1 while the dependency answers.', {
    dependency: 'a component of the health check',
  }),
  databaseConnections: gauge(
    'sum',
    'llmq_database_connections',
    'all',
    'Connections of this process to Postgres.',
    { state: ['active', 'idle'] },
  ),
  liveProcesses: gauge(
    'max',
    'llmq_live_processes',
    ['gateway', 'worker'],
    'Processes that share limits, as far as this one knows; while Redis is away each has its part.',
    { role: ['gateway', 'worker'] },
  ),
  catalogReloads: counter(
    'llmq_catalog_reloads_total',
    'all',
    'Times that changed provider files were applied, or refused because of what is in them.',
    { outcome: ['applied', 'refused'] },
  ),
  catalogRefused: gauge(
    'max',
    'llmq_catalog_refused',
    'all',
    '1 while the provider files are not what this process runs, because they were refused.',
  ),
};

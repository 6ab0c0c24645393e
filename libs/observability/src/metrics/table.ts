import { MESSAGES } from './messages.js';
import { PROCESSES } from './processes.js';
import { REQUESTS } from './requests.js';
import { SCHEDULING } from './scheduling.js';
import { UPSTREAMS } from './upstreams.js';

/** Every metric of the system; docs/metrics.md is made from it. */
export const METRICS = { ...REQUESTS, ...MESSAGES, ...UPSTREAMS, ...SCHEDULING, ...PROCESSES };

export type MetricsTable = typeof METRICS;

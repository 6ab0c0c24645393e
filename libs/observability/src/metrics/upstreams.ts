import { ENDPOINT, ERROR_CODE, LANE, MODEL, PROVIDER } from './bounds.js';
import { counter, gauge, histogram, SHORT_SECONDS } from './definition.js';

const MODEL_OF = { provider: PROVIDER, model: MODEL };
const ENDPOINT_OF = { provider: PROVIDER, endpoint: ENDPOINT };

/** Calls to providers: how they go, what they cost, and the ways that they take. */
export const UPSTREAMS = {
  providerRequests: counter(
    'llm_provider_requests_total',
    'worker',
    'Calls to a provider by how they ended; stopped: somebody cancelled the message, or the process ended.',
    { ...MODEL_OF, outcome: ['ok', 'error', 'stopped'] },
  ),
  providerErrors: counter('llm_provider_errors_total', 'worker', 'Calls to a provider that failed.', {
    ...MODEL_OF,
    code: ERROR_CODE,
  }),
  providerLatency: histogram(
    'llm_provider_latency_seconds',
    'worker',
    'Time of a whole call to a provider.',
    MODEL_OF,
  ),
  timeToFirstToken: histogram(
    'llmq_provider_time_to_first_token_seconds',
    'worker',
    'Time from the start of a call to its first token.',
    MODEL_OF,
  ),
  interToken: histogram(
    'llmq_provider_inter_token_seconds',
    'worker',
    'Mean time between two pieces of an answer, once for each call.',
    MODEL_OF,
    SHORT_SECONDS,
  ),
  tokens: counter('llmq_tokens_total', 'worker', 'Tokens that were paid for.', {
    ...MODEL_OF,
    direction: ['input', 'output'],
  }),
  providerCost: counter(
    'llm_provider_cost_total',
    'worker',
    'What calls to providers have cost, in the unit of the currency.',
    { ...MODEL_OF, currency: 'a currency of the price table' },
  ),
  upstreamPauses: counter(
    'llmq_upstream_pauses_total',
    'worker',
    'Calls that the upstream turned away by a limit, so that the lane paused.',
    { lane: LANE, code: ERROR_CODE },
  ),
  diverted: counter(
    'llmq_diverted_total',
    ['worker', 'scheduler'],
    'Messages that went to another provider than the one in `lane`, before the first byte of an answer.',
    { lane: LANE, code: ERROR_CODE },
  ),
  upstreamPicks: counter(
    'llmq_upstream_picks_total',
    'worker',
    'Calls that were sent to an endpoint.',
    ENDPOINT_OF,
  ),
  upstreamConnections: gauge(
    'sum',
    'llmq_upstream_connections',
    'worker',
    'Calls under way from this process to an endpoint.',
    ENDPOINT_OF,
  ),
  upstreamHealth: gauge(
    'min',
    'llmq_upstream_health',
    'worker',
    'How an endpoint does as this process sees it: 0 unhealthy (not called), 1 degraded, 2 healthy.',
    ENDPOINT_OF,
  ),
  upstreamBreaker: gauge(
    'max',
    'llmq_upstream_breaker',
    'worker',
    'The breaker of an endpoint in this process: 0 closed, 1 half-open (one call is let through at a time), 2 open.',
    ENDPOINT_OF,
  ),
  upstreamKeyRests: counter(
    'llmq_upstream_key_rests_total',
    'worker',
    'Times that a key had to rest: by a limit of the rate, a quota that is used up, or because it was refused.',
    { provider: PROVIDER, code: ERROR_CODE },
  ),
  upstreamKeyUp: gauge(
    'min',
    'llmq_upstream_key_up',
    'worker',
    '1 while a key may be used, 0 while it is refused or its quota is used up.',
    { provider: PROVIDER, key: 'the configured name of a key' },
  ),
};

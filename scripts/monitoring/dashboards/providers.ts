import { chart, type Dashboard, parts, perSecond, quantile, whole } from '../panel.js';

const ERRORS = 'llm_provider_requests_total{outcome="error"}';

export const PROVIDERS: Dashboard = {
  uid: 'llmq-providers',
  title: 'LLM Message Queue: providers and cost',
  description: 'How the upstreams do, and what they cost.',
  rows: [
    [
      chart('Calls', 'reqps', {
        '{{provider}} {{model}}': perSecond('llm_provider_requests_total', 'provider', 'model'),
      }),
      chart('Calls that failed', 'percentunit', {
        '{{provider}}': `${perSecond(ERRORS, 'provider')} / ${perSecond('llm_provider_requests_total', 'provider')}`,
      }),
      chart('Errors', 'reqps', {
        '{{provider}} {{code}}': perSecond('llm_provider_errors_total', 'provider', 'code'),
      }),
    ],
    [
      chart('Whole call, 95 %', 's', {
        '{{provider}} {{model}}': quantile(0.95, 'llm_provider_latency_seconds', 'provider', 'model'),
      }),
      chart('First token, 95 %', 's', {
        '{{provider}} {{model}}': quantile(
          0.95,
          'llmq_provider_time_to_first_token_seconds',
          'provider',
          'model',
        ),
      }),
      chart('Between two pieces, half', 's', {
        '{{provider}} {{model}}': quantile(0.5, 'llmq_provider_inter_token_seconds', 'provider', 'model'),
      }),
    ],
    [
      chart('Tokens', 'cps', {
        '{{provider}} {{direction}}': perSecond('llmq_tokens_total', 'provider', 'direction'),
      }),
      chart('Cost an hour', 'none', {
        '{{provider}} {{model}} {{currency}}': `3600 * ${perSecond('llm_provider_cost_total', 'provider', 'model', 'currency')}`,
      }),
      chart('Answers from the cache', 'reqps', {
        '{{outcome}}': perSecond('llmq_cache_requests_total', 'outcome'),
      }),
    ],
    [
      chart('Turned away by a limit', 'reqps', {
        '{{lane}} {{code}}': perSecond('llmq_upstream_pauses_total', 'lane', 'code'),
      }),
      chart(
        'Lanes that pause',
        'none',
        { '{{lane}}': whole('llmq_lane_paused', 'lane') },
        { names: { 0: 'open', 1: 'paused' } },
      ),
      chart('Sent to another provider', 'reqps', {
        'away from {{lane}}: {{code}}': perSecond('llmq_diverted_total', 'lane', 'code'),
      }),
    ],
    [
      chart(
        'Health of endpoints',
        'none',
        { '{{provider}} {{endpoint}}': 'min by (provider, endpoint) (llmq_upstream_health)' },
        {
          names: { 0: 'unhealthy', 1: 'degraded', 2: 'healthy' },
          note: 'As the worker sees it that thinks worst of it.',
        },
      ),
      chart(
        'Breakers',
        'none',
        { '{{provider}} {{endpoint}}': whole('llmq_upstream_breaker', 'provider', 'endpoint') },
        { names: { 0: 'closed', 1: 'half-open', 2: 'open' } },
      ),
      chart('Calls under way', 'short', {
        '{{provider}} {{endpoint}}': parts('llmq_upstream_connections', 'provider', 'endpoint'),
      }),
    ],
    [
      chart('Calls by endpoint', 'reqps', {
        '{{provider}} {{endpoint}}': perSecond('llmq_upstream_picks_total', 'provider', 'endpoint'),
      }),
      chart('Keys that rest', 'reqps', {
        '{{provider}} {{code}}': perSecond('llmq_upstream_key_rests_total', 'provider', 'code'),
      }),
      chart(
        'Keys that may be used',
        'none',
        { '{{provider}} {{key}}': 'min by (provider, key) (llmq_upstream_key_up)' },
        { names: { 0: 'out', 1: 'in use' } },
      ),
    ],
  ],
};

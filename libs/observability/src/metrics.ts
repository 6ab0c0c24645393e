import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { PRIORITIES, type Priority } from '#contracts';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Every metric of the system, made once per process; labels never hold ids of users, tenants or messages. */
export class Metrics {
  readonly registry = new Registry();

  readonly httpDuration = new Histogram({
    name: 'llmq_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer; streams count for as long as they are open.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: SECONDS,
    registers: [this.registry],
  });
  readonly accepted = this.#counter('llmq_messages_accepted_total', 'Messages committed to the ledger.', [
    'priority',
  ]);
  readonly finished = this.#counter('llmq_messages_finished_total', 'Messages that reached a final state.', [
    'priority',
    'status',
  ]);
  readonly retried = this.#counter(
    'llmq_message_retries_total',
    'Attempts that failed and will be repeated.',
    ['code'],
  );
  readonly deadLettered = this.#counter('llmq_dead_letters_total', 'Messages that failed for good.', [
    'code',
  ]);
  readonly deadLetters = this.#gauge(
    'llmq_dead_letters',
    'Dead letters that wait, counted up to 100,000, in the scheduler process that leads.',
    ['priority'],
  );
  readonly deadLettersHandled = this.#counter(
    'llmq_dead_letters_handled_total',
    'What became of dead letters: requeued, redriven (requeued with many), deleted, expired.',
    ['action'],
  );
  readonly redrivesRunning = this.#gauge(
    'llmq_redrives_running',
    'Redrives that run, in the scheduler process that leads.',
    [],
  );
  readonly callbacks = this.#counter(
    'llmq_callbacks_total',
    'Tries to deliver a callback by what came of them: delivered, retried (it will be tried again), failed (given up).',
    ['event', 'outcome'],
  );
  readonly callbacksUnderWay = this.#gauge(
    'llmq_callbacks_under_way',
    'Callbacks that this process is sending now.',
    [],
  );
  readonly callbackDuration = this.#histogram(
    'llmq_callback_duration_seconds',
    'Time until a receiver of callbacks has answered, or has not.',
    [],
  );
  readonly wait = this.#histogram('llmq_message_wait_seconds', 'Time from accept to the first claim.', [
    'priority',
  ]);
  readonly run = this.#histogram('llmq_message_run_seconds', 'Time from claim to final state, one attempt.', [
    'priority',
    'status',
  ]);
  readonly waiting = this.#gauge('llmq_queue_waiting', 'Messages that wait in a band.', ['priority']);
  readonly refused = this.#counter(
    'llmq_messages_refused_total',
    'Messages that were turned away at the door.',
    ['priority', 'code'],
  );
  readonly shedding = this.#gauge(
    'llmq_shedding_level',
    'How many bands of a lane this gateway turns away: 0, 1 (low), 2 (and normal), 3 (and high).',
    ['lane'],
  );
  readonly running = this.#gauge('llmq_messages_running', 'Messages that this process runs now.', []);
  readonly relayBacklog = this.#gauge(
    'llmq_relay_backlog',
    'Committed messages that wait in this process for the schedule.',
    [],
  );
  readonly relayOverflow = this.#counter(
    'llmq_relay_overflow_total',
    'Committed messages left to the reconciler because the relay was full or the schedule away.',
    [],
  );
  readonly providerCalls = this.#counter(
    'llmq_provider_calls_total',
    'Calls to a provider by how they ended.',
    ['provider', 'model', 'outcome'],
  );
  readonly results = this.#counter(
    'llmq_results_total',
    'Results of a required form by how they came: valid, repaired (asked for twice), or invalid for good.',
    ['outcome'],
  );
  readonly providerDuration = this.#histogram(
    'llmq_provider_call_duration_seconds',
    'Time of a whole call to a provider.',
    ['provider', 'model'],
  );
  readonly timeToFirstToken = this.#histogram(
    'llmq_provider_time_to_first_token_seconds',
    'Time from the start of a call to its first token.',
    ['provider', 'model'],
  );
  readonly tokens = this.#counter('llmq_tokens_total', 'Tokens that were paid for.', [
    'provider',
    'model',
    'direction',
  ]);
  readonly cacheRequests = this.#counter(
    'llmq_cache_requests_total',
    'Messages that may be answered from the cache, by what came of it (hit, miss, or shared: the call of an equal one that ran), and answers for it (stored, too_large).',
    ['outcome'],
  );
  readonly providerCost = this.#counter(
    'llmq_provider_cost_total',
    'What calls to providers have cost, in the unit of the currency.',
    ['provider', 'model', 'currency'],
  );
  readonly upstreamPauses = this.#counter(
    'llmq_upstream_pauses_total',
    'Calls that the upstream turned away by a limit, so that the lane paused.',
    ['lane', 'code'],
  );
  readonly putOff = this.#counter(
    'llmq_put_off_total',
    'Messages that were put off because as many of the same `tenant`, `user` or `task_type` run as may, or the task type has used up its rate.',
    ['limit'],
  );
  readonly diverted = this.#counter(
    'llmq_diverted_total',
    'Messages that went to another provider than the one in `lane`, before the first byte of an answer.',
    ['lane', 'code'],
  );
  readonly upstreamPicks = this.#counter(
    'llmq_upstream_picks_total',
    'Calls that were sent to an endpoint.',
    ['provider', 'endpoint'],
  );
  readonly upstreamConnections = this.#gauge(
    'llmq_upstream_connections',
    'Calls under way from this process to an endpoint.',
    ['provider', 'endpoint'],
  );
  readonly upstreamHealth = this.#gauge(
    'llmq_upstream_health',
    'How an endpoint does as this process sees it: 0 unhealthy (not called), 1 degraded, 2 healthy.',
    ['provider', 'endpoint'],
  );
  readonly upstreamKeyRests = this.#counter(
    'llmq_upstream_key_rests_total',
    'Times that a key had to rest: by a limit of the rate, a quota that is used up, or because it was refused.',
    ['provider', 'code'],
  );
  readonly upstreamKeyUp = this.#gauge(
    'llmq_upstream_key_up',
    '1 while a key may be used, 0 while it is refused or its quota is used up.',
    ['provider', 'key'],
  );
  readonly reconciled = this.#counter(
    'llmq_reconciler_requeued_total',
    'Messages that the reconciler put into the schedule.',
    ['reason'],
  );
  readonly replayed = this.#counter(
    'llmq_requests_replayed_total',
    'Requests that were answered with the message of an earlier one, by key or as a retry of a client library.',
    ['by'],
  );
  readonly released = this.#counter(
    'llmq_scheduled_released_total',
    'Scheduled messages that got their turn because they were due.',
    [],
  );
  readonly expired = this.#counter(
    'llmq_messages_expired_total',
    'Messages that ended because they had waited too long.',
    ['priority'],
  );
  readonly rested = this.#counter(
    'llmq_conversations_rested_total',
    'Conversations that became inactive or archived because nobody used them.',
    ['state'],
  );
  readonly deleted = this.#counter(
    'llmq_messages_deleted_total',
    'Messages that were deleted because they had ended long ago.',
    [],
  );
  readonly statistics = this.#counter(
    'llmq_statistics_collections_total',
    'Times that the leader counted closed minutes for the statistics of the queues.',
    [],
  );
  readonly desiredSlots = this.#gauge(
    'llm_scheduler_desired_slots',
    'Calls that the scheduler wants to run at once on an upstream.',
    ['lane'],
  );
  readonly ceiling = this.#gauge(
    'llm_scheduler_ceiling',
    'Calls that an upstream is believed to bear at once.',
    ['lane'],
  );
  readonly desiredWorkers = this.#gauge(
    'llm_scheduler_desired_workers',
    'Worker processes that the planned slots need, for an autoscaler.',
    [],
  );
  readonly leader = this.#gauge('llmq_scheduler_leader', '1 in the scheduler process that leads.', []);
  readonly resources = this.#gauge(
    'llmq_resources',
    'Registered resources by status, in the scheduler process that leads.',
    ['status'],
  );
  readonly resourceAllocations = this.#gauge(
    'llmq_resource_allocations',
    'Allocations that live, in the scheduler process that leads.',
    [],
  );
  readonly resourceRequestsWaiting = this.#gauge(
    'llmq_resource_requests_waiting',
    'Requests for an allocation that wait for room, in the scheduler process that leads.',
    [],
  );
  readonly resourceRequests = this.#counter(
    'llmq_resource_requests_total',
    'What became of requests for an allocation: granted, refused, released, expired.',
    ['outcome'],
  );
  readonly catalogReloads = this.#counter(
    'llmq_catalog_reloads_total',
    'Times that changed provider files were applied, or refused because of what is in them.',
    ['outcome'],
  );
  readonly catalogRefused = this.#gauge(
    'llmq_catalog_refused',
    '1 while the provider files are not what this process runs, because they were refused.',
    [],
  );
  readonly openStreams = this.#gauge('llmq_open_streams', 'Reply streams that clients hold open.', []);
  readonly openSockets = this.#gauge('llmq_open_sockets', 'WebSocket connections that are open.', ['door']);
  readonly socketsRefused = this.#counter(
    'llmq_sockets_refused_total',
    'Upgrades to WebSocket that were refused, by the code of the error.',
    ['code'],
  );
  readonly socketsClosed = this.#counter(
    'llmq_sockets_closed_total',
    'WebSocket connections that ended: by the peer, closed from here, slow (it did not read), dead (it did not answer).',
    ['door', 'by'],
  );
  readonly streamFailures = this.#counter('llmq_stream_failures_total', 'Stream operations that failed.', [
    'operation',
  ]);
  readonly requestsLimited = this.#counter(
    'llmq_requests_limited_total',
    'Requests that were answered with 429 `rate_limited`, by whose limit it was: key, ip.',
    ['by'],
  );
  readonly liveProcesses = this.#gauge(
    'llmq_live_processes',
    'Processes that share limits, as far as this one knows; while Redis is away each has its part.',
    ['role'],
  );
  readonly dependencyUp = this.#gauge('llmq_dependency_up', '1 while the dependency answers.', [
    'dependency',
  ]);

  constructor() {
    collectDefaultMetrics({ register: this.registry });
    for (const priority of PRIORITIES) this.waiting.set({ priority }, 0);
  }

  setWaiting(counts: Readonly<Record<Priority, number>>): void {
    for (const priority of PRIORITIES) this.waiting.set({ priority }, counts[priority]);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  #histogram<L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> {
    return new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
  }
}

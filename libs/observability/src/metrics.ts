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
  readonly wait = this.#histogram('llmq_message_wait_seconds', 'Time from accept to the first claim.', [
    'priority',
  ]);
  readonly run = this.#histogram('llmq_message_run_seconds', 'Time from claim to final state, one attempt.', [
    'priority',
    'status',
  ]);
  readonly waiting = this.#gauge('llmq_queue_waiting', 'Messages that wait in a band.', ['priority']);
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
  readonly reconciled = this.#counter(
    'llmq_reconciler_requeued_total',
    'Messages that the reconciler put into the schedule.',
    ['reason'],
  );
  readonly leader = this.#gauge('llmq_scheduler_leader', '1 in the scheduler process that leads.', []);
  readonly openStreams = this.#gauge('llmq_open_streams', 'Reply streams that clients hold open.', []);
  readonly streamFailures = this.#counter('llmq_stream_failures_total', 'Stream operations that failed.', [
    'operation',
  ]);
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

import { type Catalogs } from '#catalog';
import {
  type EffectiveSettings,
  type EndpointSettings,
  formatDuration,
  type HttpSettings,
  type MessageSettings,
  type QueueSettings,
  type SchedulerSettings,
} from '#config';

/** The configuration in the few words of older clients, and whole. */
export class ConfigBoard {
  constructor(
    private readonly settings: EffectiveSettings,
    private readonly catalogs: Catalogs,
    private readonly http: HttpSettings,
    private readonly queue: QueueSettings,
    private readonly messages: MessageSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly endpoints: EndpointSettings,
  ) {}

  show() {
    const { host, port } = this.http.value;
    return {
      server: { host: host === '' ? null : host, port, mode: 'production' },
      queue: this.#queue(),
      scheduler: this.#scheduler(),
      loadbalancer: this.#balancer(),
      settings: this.settings.list(),
    };
  }

  #queue() {
    const { tick, strategy } = this.scheduler.value;
    const every = formatDuration(tick);
    return {
      default_max_size: this.queue.value.bands.normal.max_waiting,
      monitor_interval: every,
      cleanup_interval: every,
      enable_metrics: true,
      enable_auto_scaling: strategy !== 'static',
    };
  }

  #scheduler() {
    const { max_retries, timeout } = this.messages.value;
    const { strategy, tick } = this.scheduler.value;
    return { strategy, check_interval: formatDuration(tick), max_retries, timeout: formatDuration(timeout) };
  }

  #balancer() {
    const { check_interval, failures_in_a_row } = this.endpoints.value;
    const { strategy, affinity } = this.catalogs.now.defaultProvider.balancing;
    return {
      algorithm: strategy,
      health_check_interval: formatDuration(check_interval),
      max_failures: failures_in_a_row,
      enable_session_affinity: affinity !== 'none',
    };
  }
}

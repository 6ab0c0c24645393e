import { EffectiveSettings } from './effective-settings.js';
import { type Config } from './schema.js';
import { ANY_TENANT, policiesOf, type TenantPolicy } from './tenant-policy.js';

/**
 * The sections of the configuration as injectable values: each class is the token, its `value` the section.
 * A lib asks for its own section, never for the whole.
 */
abstract class Settings<K extends keyof Config> {
  constructor(readonly value: Config[K]) {}
}

export class HttpSettings extends Settings<'http'> {}
export class AuthSettings extends Settings<'auth'> {}
export class LimitSettings extends Settings<'limits'> {}
export class StorageSettings extends Settings<'storage'> {}
export class QueueSettings extends Settings<'queue'> {}
export class WorkerSettings extends Settings<'workers'> {}
export class MessageSettings extends Settings<'messages'> {}
export class ConversationSettings extends Settings<'conversations'> {}
export class PreprocessingSettings extends Settings<'preprocessing'> {}
export class DeadLetterSettings extends Settings<'dead_letters'> {}
export class TenantSettings extends Settings<'tenants'> {
  readonly #policies = policiesOf(this.value);

  /** What a tenant may do; one that is not configured may do everything, with a share of 1. */
  policyOf(tenantId: string): TenantPolicy {
    return this.#policies.get(tenantId) ?? ANY_TENANT;
  }
}
export class StreamSettings extends Settings<'streams'> {}
export class SocketSettings extends Settings<'sockets'> {}
export class CentrifugeSettings extends Settings<'centrifuge'> {}
export class ChatSettings extends Settings<'chat'> {}
export class CompletionSettings extends Settings<'completions'> {}
export class ResourceSettings extends Settings<'resources'> {}
export class SchedulerSettings extends Settings<'scheduler'> {}
export class EndpointSettings extends Settings<'endpoints'> {}
export class ProviderSettings extends Settings<'providers'> {}
export class CacheSettings extends Settings<'cache'> {}
export class WebhookSettings extends Settings<'webhooks'> {}
export class TracingSettings extends Settings<'tracing'> {
  /** What is sent to the collector beside the spans. */
  get headers(): Readonly<Record<string, string>> {
    const pairs = (this.value.headers ?? '').split(',').filter((pair) => pair.trim() !== '');
    return Object.fromEntries(pairs.map((pair) => headerOf(pair.trim())));
  }
}

/** Every section that is asked for by its token; `log` is read once, at start. */
export function settingsOf(config: Config) {
  return [
    new HttpSettings(config.http),
    new AuthSettings(config.auth),
    new LimitSettings(config.limits),
    new StorageSettings(config.storage),
    new QueueSettings(config.queue),
    new WorkerSettings(config.workers),
    new MessageSettings(config.messages),
    new ConversationSettings(config.conversations),
    new PreprocessingSettings(config.preprocessing),
    new DeadLetterSettings(config.dead_letters),
    new TenantSettings(config.tenants),
    new StreamSettings(config.streams),
    new SocketSettings(config.sockets),
    new CentrifugeSettings(config.centrifuge),
    new ChatSettings(config.chat),
    new CompletionSettings(config.completions),
    new ResourceSettings(config.resources),
    new SchedulerSettings(config.scheduler),
    new EndpointSettings(config.endpoints),
    new ProviderSettings(config.providers),
    new CacheSettings(config.cache),
    new WebhookSettings(config.webhooks),
    new TracingSettings(config.tracing),
    new EffectiveSettings(config),
    config.environment,
  ];
}

function headerOf(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
}

import { type Config } from './schema.js';

/**
 * The sections of the configuration as injectable values: each class is the token, its `value` the section.
 * A lib asks for its own section, never for the whole.
 */
abstract class Settings<K extends keyof Config> {
  constructor(readonly value: Config[K]) {}
}

export class HttpSettings extends Settings<'http'> {}
export class AuthSettings extends Settings<'auth'> {}
export class StorageSettings extends Settings<'storage'> {}
export class QueueSettings extends Settings<'queue'> {}
export class WorkerSettings extends Settings<'workers'> {}
export class MessageSettings extends Settings<'messages'> {}
export class ConversationSettings extends Settings<'conversations'> {}
export class StreamSettings extends Settings<'streams'> {}
export class SchedulerSettings extends Settings<'scheduler'> {}
export class ProviderSettings extends Settings<'providers'> {}

/** Every section that is asked for by its token; `log` is read once, at start. */
export function settingsOf(config: Config) {
  return [
    new HttpSettings(config.http),
    new AuthSettings(config.auth),
    new StorageSettings(config.storage),
    new QueueSettings(config.queue),
    new WorkerSettings(config.workers),
    new MessageSettings(config.messages),
    new ConversationSettings(config.conversations),
    new StreamSettings(config.streams),
    new SchedulerSettings(config.scheduler),
    new ProviderSettings(config.providers),
  ];
}

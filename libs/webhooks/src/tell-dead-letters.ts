import { type WebhookSettings } from '#config';
import { type DeadLetterHooks } from '#ledger';
import { type Log } from '#observability';

/** Says in the ledger who wants to hear of dead letters; from then on each is told in the commit that buries it. */
export class TellDeadLetters {
  constructor(
    private readonly hooks: DeadLetterHooks,
    private readonly settings: WebhookSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError database_unavailable */
  async start(): Promise<void> {
    const { dead_letter_urls: urls } = this.settings.value;
    await this.hooks.keep(urls);
    const tenants = Object.keys(urls);
    if (tenants.length > 0) this.log.info({ tenants }, 'dead letters are told by webhook');
  }
}

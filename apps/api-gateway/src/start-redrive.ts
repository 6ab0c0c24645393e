import { type DeadLetterSettings } from '#config';
import { AppError, type Caller, type CreateRedrive, type Redrive } from '#contracts';
import { type Redrives } from '#ledger';
import { type Log } from '#observability';

/** Begins a redrive; the scheduler that leads performs it. */
export class StartRedrive {
  constructor(
    private readonly redrives: Redrives,
    private readonly settings: DeadLetterSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError redrive_running, invalid_request, database_unavailable */
  async run({ tenantId, keyName }: Caller, request: CreateRedrive): Promise<Redrive> {
    const rate = this.#rate(request);
    const redrive = await this.redrives.create(tenantId, request.filter, rate, keyName);
    this.log.info({ redrive: redrive.id, total: redrive.total, rate, by: keyName }, 'redrive begins');
    return redrive;
  }

  #rate({ rate }: CreateRedrive): number {
    const { redrive_rate, max_redrive_rate } = this.settings.value;
    if (rate === undefined || rate <= max_redrive_rate) return rate ?? redrive_rate;
    const message = `must be at most ${max_redrive_rate} messages per second`;
    throw new AppError('invalid_request', `rate: ${message}`, { fields: [{ field: 'rate', message }] });
  }
}

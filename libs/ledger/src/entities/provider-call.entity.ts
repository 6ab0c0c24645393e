import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One call to a provider, written before it is made, so that what was paid for can always be counted. */
@Entity('provider_calls')
export class ProviderCallRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  /** Null: of a time when it was not written down. */
  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('int')
  attempt!: number;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  /**
   * `sent` until its outcome is known; a `sent` call of a dead worker may have been paid for. `cached`: it was never made,
   * the answer was there.
   */
  @Column('text')
  state!: 'sent' | 'completed' | 'failed' | 'aborted' | 'cached';

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: string | null;

  @Column('int', { name: 'prompt_tokens', nullable: true })
  promptTokens!: number | null;

  @Column('int', { name: 'completion_tokens', nullable: true })
  completionTokens!: number | null;

  /** Of the prompt, read from the provider's cache. */
  @Column('int', { name: 'cached_tokens', nullable: true })
  cachedTokens!: number | null;

  @Column('boolean', { name: 'usage_estimated', nullable: true })
  usageEstimated!: boolean | null;

  /** In millionths of the currency, by the price of that time; null: free, or not known. */
  @Column('numeric', { nullable: true })
  cost!: string | null;

  /** In millionths of the unit by which currencies are compared. */
  @Column('numeric', { nullable: true })
  worth!: string | null;

  @Column('text', { nullable: true })
  currency!: string | null;

  @Column('text', { nullable: true })
  endpoint!: string | null;

  @Column('text', { name: 'key_id', nullable: true })
  keyId!: string | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

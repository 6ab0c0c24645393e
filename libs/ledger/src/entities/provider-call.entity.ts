import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One call to a provider, written before it is made, so that what was paid for can always be counted. */
@Entity('provider_calls')
export class ProviderCallRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

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

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type ConversationState, type FailurePolicy } from '#contracts';

/** A conversation as it lies in the ledger. */
@Entity('conversations')
export class ConversationRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  context!: string;

  @Column('text')
  state!: ConversationState;

  @Column('smallint')
  priority!: number;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  @Column('text', { name: 'on_failure' })
  onFailure!: FailurePolicy;

  /** The failed message that the next turns wait for. */
  @Column('text', { name: 'blocked_by', nullable: true })
  blockedBy!: string | null;

  /** The last turn that was given out; the next message gets this number plus one. */
  @Column('int')
  turns!: number;

  /** Turns that messages gave up for a later one when they were requeued. */
  @Column('int', { name: 'vacated_turns' })
  vacatedTurns!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'last_active_at' })
  lastActiveAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

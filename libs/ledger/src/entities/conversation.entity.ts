import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type ConversationState } from '#contracts';

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

  /** How many messages it has had; the next one gets this number plus one. */
  @Column('int')
  turns!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'last_active_at' })
  lastActiveAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

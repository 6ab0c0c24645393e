import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DeadLetterAction, type ErrorCode } from '#contracts';

/** What was done with a dead letter, and by whom. */
@Entity('dead_letter_audit')
export class DeadLetterAuditRow {
  @PrimaryColumn('bigint')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('text')
  action!: DeadLetterAction;

  /** Null: the system by itself. */
  @Column('text', { nullable: true })
  by!: string | null;

  @Column('text', { name: 'redrive_id', nullable: true })
  redriveId!: string | null;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'conversation_id', nullable: true })
  conversationId!: string | null;

  @Column('smallint')
  priority!: number;

  @Column('text')
  lane!: string;

  @Column('text')
  code!: ErrorCode;

  @Column('text')
  reason!: string;

  @Column('int')
  attempts!: number;

  @Column('timestamptz', { name: 'failed_at' })
  failedAt!: Date;

  @Column('timestamptz')
  at!: Date;
}

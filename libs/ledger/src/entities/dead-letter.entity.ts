import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type ErrorCode } from '#contracts';

/** A message that failed for good, and why. */
@Entity('dead_letters')
export class DeadLetterRow {
  /** Of the message. */
  @PrimaryColumn('text', { name: 'message_id' })
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

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

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

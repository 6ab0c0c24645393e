import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type ReplyData } from '../reply-data.js';

/** What the model answered to a message. */
@Entity('replies')
export class ReplyRow {
  @PrimaryColumn('text', { name: 'message_id' })
  messageId!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  content!: string;

  @Column('text')
  provider!: string;

  @Column('text')
  model!: string;

  @Column('text', { name: 'finish_reason', nullable: true })
  finishReason!: string | null;

  @Column('int', { name: 'prompt_tokens' })
  promptTokens!: number;

  @Column('int', { name: 'completion_tokens' })
  completionTokens!: number;

  @Column('boolean', { name: 'usage_estimated' })
  usageEstimated!: boolean;

  @Column('jsonb', { nullable: true })
  data!: ReplyData | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

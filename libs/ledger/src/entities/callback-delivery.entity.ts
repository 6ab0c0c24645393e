import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DeliveryState, type ErrorCode, type MessageStatus, type DeliveryEvent } from '#contracts';

/** One event of a message for its callback: written in the commit that made it happen. */
@Entity('callback_deliveries')
export class CallbackDeliveryRow {
  @PrimaryColumn('text')
  id!: string;

  /** The order in which the events of a message happened. */
  @Column('bigint')
  seq!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'message_id' })
  messageId!: string;

  @Column('text')
  event!: DeliveryEvent;

  /** Of the message, when it happened. */
  @Column('text')
  status!: MessageStatus;

  @Column('smallint')
  progress!: number;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: ErrorCode | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  /** Scheme, host and port: what is slow or dead as one. */
  @Column('text')
  origin!: string;

  @Column('text')
  url!: string;

  @Column('text')
  state!: DeliveryState;

  /** How often it was sent: the fence of what is written about a try. */
  @Column('int')
  attempts!: number;

  /** Of these, how many since somebody last asked for it. */
  @Column('int')
  tries!: number;

  /** When it is sent next; while it is under way, when that is given up. */
  @Column('timestamptz', { name: 'due_at' })
  dueAt!: Date;

  /** What the receiver answered last. */
  @Column('int', { name: 'last_status', nullable: true })
  lastStatus!: number | null;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';
import {
  type Callback,
  type ErrorCode,
  type MessageOptions,
  type MessageStatus,
  type Target,
} from '#contracts';

/** A callback as it lies in the ledger. */
export interface StoredCallback extends Callback {
  /** Scheme, host and port of the URL. */
  readonly origin: string;
  /** Where the message stands in the trace that it was accepted in. */
  readonly traceparent?: string;
}

/** A message as it lies in the ledger. */
@Entity('messages')
export class MessageRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'conversation_id', nullable: true })
  conversationId!: string | null;

  /** Its place in the conversation, from 1. */
  @Column('int', { nullable: true })
  turn!: number | null;

  @Column('text')
  content!: string;

  @Column('smallint')
  priority!: number;

  /** The name of the provider that it may run on. */
  @Column('text')
  lane!: string;

  /** Where it may run, in order; none: on its lane only. */
  @Column('jsonb')
  targets!: readonly Target[];

  /** Which of them it is at. */
  @Column('smallint')
  target!: number;

  /** How often it was sent on since it last got as far as a counted retry. */
  @Column('smallint')
  diversions!: number;

  @Column('jsonb', { nullable: true })
  options!: MessageOptions | null;

  /** Where its events are sent; its `origin` is what deliveries are grouped by. */
  @Column('jsonb', { nullable: true })
  callback!: StoredCallback | null;

  /** How much of the reply is there, in percent: an estimate. */
  @Column('smallint')
  progress!: number;

  /** Why it may run there. */
  @Column('jsonb', { nullable: true })
  routing!: Record<string, unknown> | null;

  /** Estimated tokens of input and output. */
  @Column('int')
  cost!: number;

  /** Of its budgets until it ends, in millionths; null: it has none. */
  @Column('numeric', { nullable: true })
  reserved!: string | null;

  @Column('text')
  status!: MessageStatus;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  @Column('int')
  attempt!: number;

  /** Of these how many were made before it was last requeued from the dead letters. */
  @Column('int', { name: 'attempts_before' })
  attemptsBefore!: number;

  @Column('int', { name: 'retry_count' })
  retryCount!: number;

  @Column('int', { name: 'worker_losses' })
  workerLosses!: number;

  @Column('int', { name: 'max_retries' })
  maxRetries!: number;

  @Column('int', { name: 'timeout_ms' })
  timeoutMs!: number;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('boolean', { name: 'cancel_requested' })
  cancelRequested!: boolean;

  @Column('text', { name: 'error_code', nullable: true })
  errorCode!: ErrorCode | null;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  @Column('text', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  /** Until then the worker owns the message; renewed together with its lock in the schedule. */
  @Column('timestamptz', { name: 'lease_until', nullable: true })
  leaseUntil!: Date | null;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt!: Date | null;

  /** When it was put into the schedule, or given to whoever does that; null: neither yet. */
  @Column('timestamptz', { name: 'enqueued_at', nullable: true })
  enqueuedAt!: Date | null;

  /** With which others it was given to the schedule; while that row is there, it may not have arrived. A number where the database is embedded. */
  @Column('bigint', { nullable: true })
  handover!: string | number | null;

  @Column('timestamptz', { name: 'scheduled_at', nullable: true })
  scheduledAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('text', { name: 'idempotency_key', nullable: true })
  idempotencyKey!: string | null;

  /** Of the request's body: tells a repeated request from another one. */
  @Column('text', { nullable: true })
  fingerprint!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'started_at', nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

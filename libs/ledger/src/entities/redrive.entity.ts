import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type DeadLetterFilter, type RedriveState } from '#contracts';

/** Many dead letters on their way back into the queue; everything that another leader needs to go on with it. */
@Entity('redrives')
export class RedriveRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  state!: RedriveState;

  @Column('jsonb')
  filter!: DeadLetterFilter;

  /** What failed between these two is meant. */
  @Column('timestamptz', { name: 'died_from' })
  diedFrom!: Date;

  @Column('timestamptz', { name: 'died_until' })
  diedUntil!: Date;

  /** Most messages per second. */
  @Column('int')
  rate!: number;

  @Column('text', { name: 'requested_by' })
  requestedBy!: string;

  /** How many matched when it began. */
  @Column('int')
  total!: number;

  @Column('int')
  requeued!: number;

  @Column('int')
  skipped!: number;

  /** The last dead letter that it looked at. */
  @Column('timestamptz', { name: 'cursor_at' })
  cursorAt!: Date;

  @Column('text', { name: 'cursor_id' })
  cursorId!: string;

  /** Its rate is used up until then. */
  @Column('timestamptz', { name: 'paced_at' })
  pacedAt!: Date;

  @Column('text', { name: 'error_message', nullable: true })
  errorMessage!: string | null;

  @Column('text', { name: 'stopped_by', nullable: true })
  stoppedBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'finished_at', nullable: true })
  finishedAt!: Date | null;
}

import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Amounts, type Capacity, type ResourceStatus } from '#contracts';

/** A resource as it lies in the ledger. It names no tenant: capacity belongs to the whole system. */
@Entity('resources')
export class ResourceRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text')
  type!: string;

  @Column('text', { array: true })
  capabilities!: string[];

  @Column('jsonb')
  capacity!: Capacity;

  @Column('jsonb')
  used!: Capacity;

  /** The sum over its allocations: what it says of its use never goes below. */
  @Column('jsonb')
  allocated!: Amounts;

  @Column('int')
  allocations!: number;

  @Column('float8')
  load!: number;

  @Column('text')
  endpoint!: string;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  @Column('text', { nullable: true })
  lane!: string | null;

  @Column('boolean')
  online!: boolean;

  /** What it or an operator said of its status. */
  @Column('text', { nullable: true })
  declared!: ResourceStatus | null;

  /** Worked out by the database, never written. */
  @Column('text')
  status!: ResourceStatus;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  @Column('timestamptz', { name: 'last_heartbeat' })
  lastHeartbeat!: Date;
}

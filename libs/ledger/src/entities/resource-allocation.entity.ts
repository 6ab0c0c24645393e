import { Column, Entity, PrimaryColumn } from 'typeorm';
import { type Amounts } from '#contracts';

/** A share of a resource that a tenant holds, or (without a resource) a request that waits for one. */
@Entity('resource_allocations')
export class ResourceAllocationRow {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text', { name: 'model_type' })
  modelType!: string;

  @Column('jsonb')
  requirements!: Amounts;

  @Column('text', { array: true })
  capabilities!: string[];

  @Column('smallint')
  priority!: number;

  @Column('jsonb')
  metadata!: Record<string, unknown>;

  /** SHA-256 of the token, so that whoever reads the table cannot release anything. */
  @Column('text', { name: 'token_digest', select: false })
  tokenDigest!: string;

  @Column('int', { name: 'timeout_ms' })
  timeoutMs!: number;

  @Column('text', { name: 'resource_id', nullable: true })
  resourceId!: string | null;

  @Column('text', { nullable: true })
  endpoint!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'wait_until', nullable: true })
  waitUntil!: Date | null;

  @Column('timestamptz', { name: 'allocated_at', nullable: true })
  allocatedAt!: Date | null;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;
}

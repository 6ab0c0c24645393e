import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A session as it lies in the ledger. */
@Entity('sessions')
export class SessionRow {
  @PrimaryColumn('text', { name: 'tenant_id' })
  tenantId!: string;

  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'user_id' })
  userId!: string;

  @Column('text', { name: 'conversation_id' })
  conversationId!: string;

  @Column('text')
  context!: string;

  @Column('boolean')
  active!: boolean;

  /** Something was sent to it. */
  @Column('boolean')
  used!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

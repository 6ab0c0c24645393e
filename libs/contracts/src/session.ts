/** A conversation under a name, for clients that know nothing but text. */
export interface Session {
  /** Its name: chosen by the client, or `sess-<n>`; one of a tenant. */
  readonly id: string;
  readonly tenantId: string;
  /** Whom its messages are for, where they name nobody. */
  readonly userId: string;
  /** There is none yet before the first message. */
  readonly conversationId: string;
  /** What the model is told before everything else. */
  readonly context: string;
  /** One that is closed takes no messages and has no readers; starting it again opens it. */
  readonly active: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

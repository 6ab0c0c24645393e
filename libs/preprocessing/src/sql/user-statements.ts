import { type Statement } from '#database';

/** The priority of a user as it lies in the ledger. */
export interface UserPriorityRow {
  readonly user_id: string;
  readonly priority: number;
  readonly updated_at: Date;
}

/** Sets the priority ($3) of a user ($2) of a tenant ($1), and counts the user where he is new (then xmax is 0). */
export const PUT_USER_PRIORITY: Statement = {
  name: 'put-user-priority',
  text: `
WITH put AS (
  INSERT INTO user_priorities AS u (tenant_id, user_id, priority) VALUES ($1, $2, $3)
      ON CONFLICT (tenant_id, user_id) DO UPDATE SET priority = excluded.priority, updated_at = now()
  RETURNING u.tenant_id, u.user_id, u.priority, u.updated_at, (u.xmax = 0)::int AS added
), counted AS (
  INSERT INTO preprocessing_states AS s (tenant_id, users, users_version)
  SELECT tenant_id, added, 1 FROM put
      ON CONFLICT (tenant_id) DO UPDATE
     SET users = s.users + excluded.users, users_version = s.users_version + 1
)
SELECT user_id, priority, updated_at FROM put`,
};

/** $1: tenant, $2: user; no row: there was nothing to delete. */
export const DELETE_USER_PRIORITY: Statement = {
  name: 'delete-user-priority',
  text: `
WITH gone AS (
  DELETE FROM user_priorities WHERE tenant_id = $1 AND user_id = $2 RETURNING user_id
), counted AS (
  UPDATE preprocessing_states s SET users = s.users - 1, users_version = s.users_version + 1
    FROM gone WHERE s.tenant_id = $1
)
SELECT user_id FROM gone`,
};

/** A page: $1: tenant, $2: one user only, or null, $3: the last user of the page before, or null, $4: most rows. */
export const SELECT_USER_PRIORITIES: Statement = {
  name: 'select-user-priorities',
  text: `
SELECT user_id, priority, updated_at FROM user_priorities
 WHERE tenant_id = $1 AND ($2::text IS NULL OR user_id = $2) AND ($3::text IS NULL OR user_id > $3)
 ORDER BY user_id LIMIT $4`,
};

/** The priorities of many users at once ($1: tenants, $2: users); who has none is left out. */
export const LOOK_UP_USERS: Statement = {
  name: 'look-up-user-priorities',
  text: `
SELECT tenant_id, user_id, u.priority
  FROM unnest($1::text[], $2::text[]) AS i(tenant_id, user_id) JOIN user_priorities u USING (tenant_id, user_id)`,
};

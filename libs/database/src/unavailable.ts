import { AppError } from '#contracts';

/** SQLSTATE classes and codes that mean "not now": connection lost, read-only, shutting down, full, deadlock, serialization. */
const AWAY = /^(08|25006|57014|57P0[1235]|53|58|40001|40P01)/;

const AWAY_TEXT =
  /ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|Connection terminated|timeout|not queryable|PGlite is clos/i;

/** An error of the driver as `database_unavailable` when the database is away; any other error unchanged. */
export function mapUnavailable(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const driver = (error as { driverError?: unknown }).driverError ?? error;
  const { code, message } = driver as { code?: unknown; message?: string };
  const away =
    typeof code === 'string' && code.length === 5
      ? AWAY.test(code)
      : AWAY_TEXT.test(`${String(code)} ${message}`);
  if (!away) return error;
  return new AppError('database_unavailable', 'The database does not answer; try again shortly', {
    cause: error,
  });
}

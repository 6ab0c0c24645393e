import { type z } from 'zod';
import { AppError } from '#contracts';

export function badResponse(message: string, cause?: unknown): AppError {
  return new AppError('provider_bad_response', message, { cause });
}

/** @throws AppError provider_bad_response */
export function parseEvent<T>(schema: z.ZodType<T>, data: string): T {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch (cause) {
    throw badResponse('The provider sent an event that is not JSON', cause);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw badResponse('The provider sent an event of an unknown shape', parsed.error);
  return parsed.data;
}

import { z } from 'zod';

/** A group of values; left out, all of them have their defaults. */
export const section = <T extends z.ZodRawShape>(shape: T, description: string) =>
  z
    .strictObject(shape)
    .prefault({} as never)
    .meta({ description });

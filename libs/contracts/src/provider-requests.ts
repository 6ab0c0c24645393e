import { z } from 'zod';
import { durationField } from './requests.js';
import { textField } from './text-field.js';

/** What a provider is asked to see whether it answers. */
export const testProviderSchema = z
  .strictObject({
    model: textField(128).optional(),
    content: textField(4_000)
      .refine((text) => text.trim() !== '', 'must not be empty or blank')
      .optional(),
    /** Longest wait for the whole answer. */
    timeout: durationField(100, 120_000).default(30_000),
  })
  .prefault({});
export type TestProvider = z.output<typeof testProviderSchema>;

import { z } from 'zod';
import { AppError } from '#contracts';

/** What a message may ask of the simulator in `metadata.simulate`, when faults are enabled. */
export const faultsSchema = z.strictObject({
  /** The call fails with this error … */
  fail: z
    .enum([
      'provider_rate_limited',
      'provider_quota_exhausted',
      'provider_overloaded',
      'provider_unavailable',
      'provider_timeout',
      'provider_rejected',
      'provider_bad_response',
    ])
    .optional(),
  /** … behind this many chunks. */
  after_chunks: z.number().int().min(0).max(100_000).default(0),
  /** … on the first so many calls of the message only; 0: on every call. */
  times: z.number().int().min(0).max(100).default(0),
  /** Says nothing more behind `after_chunks`, until somebody gives up. */
  hang: z.boolean().default(false),
  /** Keeps the whole process from doing anything else for so long, behind `after_chunks`. */
  block_ms: z.number().int().min(0).max(60_000).default(0),
  chunks: z.number().int().min(0).max(100_000).optional(),
  delay_ms: z.number().min(0).max(3_600_000).optional(),
  /** What it says that it thought, before its first chunk. */
  reasoning: z.string().max(100_000).optional(),
  /** Asks for these tools in place of an answer; the arguments are JSON as text. */
  tool_calls: z
    .array(z.strictObject({ name: z.string().min(1).max(64), arguments: z.string().max(100_000) }))
    .max(100)
    .optional(),
});

/** Nothing else happens in this process meanwhile, as when its own code computes for too long. */
export function blockProcess(ms: number): void {
  if (ms > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export type Faults = z.output<typeof faultsSchema>;

export function parseFaults(value: unknown): Faults {
  const parsed = faultsSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AppError('provider_rejected', `metadata.simulate is not valid: ${z.prettifyError(parsed.error)}`);
}

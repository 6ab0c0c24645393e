import { z } from 'zod';
import { BALANCING } from '#catalog';
import { durationField } from '#contracts';

const DAY_MS = 86_400_000;

/** How the calls of a provider are spread, from now on; null takes back what is configured. */
export const changeBalancingSchema = z.strictObject({
  strategy: z.enum(BALANCING).nullish(),
  affinity: z.enum(['none', 'client_ip', 'session_id', 'user_id']).nullish(),
  /** A client that has not come for so long is not known any more. */
  affinity_timeout: durationField(1_000, DAY_MS).nullish(),
});
export type ChangeBalancing = z.output<typeof changeBalancingSchema>;

/**
 * Start-time fair queueing (Goyal, Vin and Cheng, 1996) with tokens as cost (Sheng et al., OSDI 2024): a job's tag is
 * max(V, where its flow's last job ends), its flow then ends at tag + cost, and V is the tag of the job that comes next.
 * Tags are tokens and only rise; BullMQ orders jobs by a whole number of 21 bits, so a band has a base that tags are
 * counted from, in units of some tokens, and the base moves up before the numbers run out.
 */
export interface TagRange {
  /** Tokens per unit. */
  readonly unit: number;
  /** The largest priority that BullMQ takes; what lies behind it is served in the order in which it came. */
  readonly max: number;
}

export const TAG_RANGE: TagRange = { unit: 32, max: 2_097_151 };

/** Past half of the range the base moves up. */
export function mustShift(units: number, { max }: TagRange): boolean {
  return units > max / 2;
}

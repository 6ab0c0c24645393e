import { type QueueSettings } from '#config';
import { type Priority } from '#contracts';
import { type Metrics } from '#observability';
import { type HeadWaits } from '#queue';
import { isShed, NOTHING_SHED, shedAfter, type ShedState } from './shed.js';

/** Whose delay says that there is too much work. */
const WATCHED = ['realtime', 'high'] as const;

/**
 * Decides for one gateway what each lane turns away. Depth says little, since ten messages of a second are less than one
 * of a minute: the signal is how long the messages that come next have waited.
 */
export class Shedder {
  readonly #states = new Map<string, ShedState>();

  constructor(
    private readonly settings: QueueSettings,
    private readonly metrics: Metrics,
  ) {}

  /** `works`: whether the lane runs anything; where nothing runs, turning work away would not help. */
  sample(lane: string, heads: HeadWaits, open: readonly Priority[], works: boolean, nowMs: number): void {
    const { enabled, interval } = this.settings.value.shedding;
    if (!enabled) return;
    const loads = WATCHED.filter((band) => open.includes(band)).map((band) => this.#load(band, heads));
    const load = works ? Math.max(0, ...loads) : 0;
    const state = shedAfter(this.#states.get(lane) ?? NOTHING_SHED, load, nowMs, interval);
    this.#states.set(lane, state);
    this.metrics.shedding.set({ lane }, state.level);
  }

  isShed(lane: string, priority: Priority): boolean {
    return isShed(this.#states.get(lane) ?? NOTHING_SHED, priority);
  }

  level(lane: string): number {
    return this.#states.get(lane)?.level ?? 0;
  }

  #load(band: (typeof WATCHED)[number], heads: HeadWaits): number {
    const { bands, shedding } = this.settings.value;
    return (heads[band] ?? 0) / (bands[band].max_wait * shedding.tolerance);
  }
}

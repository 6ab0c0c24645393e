import { type QueueSettings } from '#config';
import { type Priority } from '#contracts';
import { type JobQueue, type LaneLook, type Look } from '#queue';
import { BandPicker } from './band-picker.js';
import { type Lanes } from './lanes.js';
import { type Runs } from './runs.js';

/** A slot and the band whose next job it is for. */
interface Choice {
  readonly slot: string;
  readonly priority: Priority;
}

/** Takes the best jobs for the slots that a look has won, and runs them. */
export class Starter {
  readonly #pickers = new Map<string, BandPicker>();

  constructor(
    private readonly queue: JobQueue,
    private readonly lanes: Lanes,
    private readonly runs: Runs,
    private readonly settings: QueueSettings,
  ) {}

  /** How many jobs it started; none when the process stops, and then every slot goes back. */
  async start(look: Look, stopping: boolean, onEnd: () => void): Promise<number> {
    const started = await Promise.all(look.lanes.map((lane) => this.#startIn(lane, stopping, onEnd)));
    return started.reduce((sum, count) => sum + count, 0);
  }

  async #startIn(look: LaneLook, stopping: boolean, onEnd: () => void): Promise<number> {
    const choices = stopping ? [] : this.#choose(look);
    const taken = await Promise.allSettled(
      choices.map(({ priority }) => this.queue.take({ lane: look.lane, priority })),
    );
    const unused = new Set([...look.granted.realtime, ...look.granted.others]);
    for (const [i, result] of taken.entries()) {
      if (result.status === 'rejected' || !result.value) continue;
      const { slot } = choices[i]!;
      unused.delete(slot);
      this.runs.launch({ job: result.value, slot }, onEnd);
    }
    // Another process was faster, or the look was older than what came after it.
    if (unused.size > 0 && (await this.lanes.giveBack(look.lane, [...unused]))) this.queue.ring();
    const failed = taken.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return look.granted.realtime.length + look.granted.others.length - unused.size;
  }

  #choose({ lane, granted, bands }: LaneLook): Choice[] {
    const others = this.#picker(lane).pick(bands, granted.others.length);
    return [
      ...granted.realtime.map((slot): Choice => ({ slot, priority: 'realtime' })),
      ...others.map((priority, i): Choice => ({ slot: granted.others[i]!, priority })),
    ];
  }

  #picker(lane: string): BandPicker {
    const picker = this.#pickers.get(lane) ?? new BandPicker(this.settings.value.bands);
    this.#pickers.set(lane, picker);
    return picker;
  }
}

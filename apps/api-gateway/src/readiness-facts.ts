import { type Catalogs } from '#catalog';
import { type MinuteStats } from '#ledger';
import { type QueueView } from '#walk';

/** What a gateway says beside whether it is ready: how much it has to do, and for how many it can do it. */
export class ReadinessFacts {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly view: QueueView,
    private readonly stats: MinuteStats,
  ) {}

  async read() {
    const [total, running] = await Promise.all([this.stats.accepted(), this.stats.running()]);
    return {
      available_providers: this.catalogs.now.lanes.filter((lane) => this.view.pausedMs(lane) === 0).length,
      total_tasks: total,
      running_tasks: running.reduce((sum, count) => sum + count.running, 0),
    };
  }
}

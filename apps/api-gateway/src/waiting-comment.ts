import { type Message } from '#contracts';
import { type QueuePlaces } from '#walk';

/** What the reader of a silent stream is told in a comment: that the message waits, where, and for how long yet. */
export class WaitingComment {
  constructor(private readonly places: QueuePlaces) {}

  async of(message: Message): Promise<string> {
    const place = await this.places.of(message);
    if (!place) return 'waiting';
    const { position, turnsAhead, estimatedWaitMs } = place;
    const turns = turnsAhead > 0 ? ` turns_ahead=${turnsAhead}` : '';
    return `waiting position=${position}${turns} estimated_wait_ms=${estimatedWaitMs ?? 'unknown'}`;
  }
}

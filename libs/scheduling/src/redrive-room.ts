import { type DeadLetterFilter, PRIORITIES, type Priority } from '#contracts';
import { type Counts } from '#queue';

type Bands = Readonly<Record<Priority, { readonly max_waiting: number }>>;

/** Whether every band that a redrive may fill has room: clients must not be turned away because of it. */
export function hasRoomFor(
  { provider, priority }: DeadLetterFilter,
  waiting: Readonly<Record<string, Counts>>,
  bands: Bands,
): boolean {
  const priorities = priority === undefined ? PRIORITIES : [priority];
  const lanes = Object.entries(waiting).filter(([lane]) => provider === undefined || provider === lane);
  return lanes.every(([, counts]) => priorities.every((each) => counts[each] < bands[each].max_waiting));
}

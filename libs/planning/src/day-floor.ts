import { type DayFloor } from '#config';

const DAY_MINUTES = 24 * 60;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The highest floor that holds at a time; 0 where none does. */
export function floorAt(floors: readonly DayFloor[], timeZone: string, atMs: number): number {
  if (floors.length === 0) return 0;
  const { day, minute } = localTime(timeZone, atMs);
  return Math.max(0, ...floors.filter((floor) => holds(floor, day, minute)).map(({ slots }) => slots));
}

/** A floor over midnight belongs to the day on which it begins. */
function holds({ days, from, to }: DayFloor, day: number, minute: number): boolean {
  const end = to > from ? to : to + DAY_MINUTES;
  const inside = (onDay: number, at: number) => days.includes(onDay) && at >= from && at < end;
  return inside(day, minute) || inside((day + 6) % 7, minute + DAY_MINUTES);
}

function localTime(timeZone: string, atMs: number): { day: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const parts = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const minute = Number(parts['hour']) * 60 + Number(parts['minute']);
  return { day: DAYS.indexOf(parts['weekday']!), minute };
}

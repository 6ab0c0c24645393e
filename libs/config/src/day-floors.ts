/** At least so many slots between two times of the day. */
export interface DayFloor {
  /** 0: Sunday. */
  readonly days: readonly number[];
  /** Minutes since midnight; a range whose end is not after its start goes over midnight. */
  readonly from: number;
  readonly to: number;
  readonly slots: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const FLOOR = /^(?:([a-z]{3})(?:-([a-z]{3}))? +)?(\d\d):(\d\d)-(\d\d):(\d\d)=(\d{1,5})$/i;

/** Reads `mon-fri 08:00-18:00=40, 18:00-22:00=20`; undefined when that is not what it says. */
export function parseDayFloors(text: string): DayFloor[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const floors = parts.filter((part) => part !== '').map(parseFloor);
  return floors.some((floor) => floor === undefined) ? undefined : (floors as DayFloor[]);
}

function parseFloor(part: string): DayFloor | undefined {
  const match = FLOOR.exec(part);
  if (!match) return undefined;
  const days = daysOf(match[1], match[2]);
  const [from, to] = [minutes(match[3]!, match[4]!), minutes(match[5]!, match[6]!)];
  if (days === undefined || from === undefined || to === undefined) return undefined;
  return { days, from, to, slots: Number(match[7]) };
}

/** `sat-mon` goes over the end of the week. */
function daysOf(first: string | undefined, last: string | undefined): readonly number[] | undefined {
  if (first === undefined) return EVERY_DAY;
  const [start, end] = [first, last ?? first].map((day) => DAYS.indexOf(day.toLowerCase())) as [
    number,
    number,
  ];
  if (start < 0 || end < 0) return undefined;
  const length = ((end - start + 7) % 7) + 1;
  return Array.from({ length }, (_, i) => (start + i) % 7);
}

function minutes(hour: string, minute: string): number | undefined {
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= 24 * 60 ? total : undefined;
}

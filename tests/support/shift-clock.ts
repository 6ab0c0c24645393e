/** Preloaded into a process (`node --import`), sets its clock wrong by CLOCK_SHIFT_MS. */
const shiftMs = Number(process.env['CLOCK_SHIFT_MS'] ?? 0);
const RightDate = Date;

class WrongDate extends RightDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [RightDate.now() + shiftMs] : args) as [number]));
  }

  static override now(): number {
    return RightDate.now() + shiftMs;
  }
}

globalThis.Date = WrongDate as DateConstructor;

import { newId } from '#contracts';

/** The name under which this process owns messages, slots and its signs of life; another one after each start. */
export class ThisProcess {
  readonly id = newId('proc');
}

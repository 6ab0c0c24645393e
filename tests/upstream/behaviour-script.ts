import { type Behaviour } from './behaviour.js';

/** The behaviours of the calls to come, in order; the last one repeats. */
export class BehaviourScript {
  #behaviours: readonly Behaviour[];
  #next = 0;

  constructor(behaviours: readonly Behaviour[]) {
    this.#behaviours = behaviours;
  }

  replace(behaviours: readonly Behaviour[]): void {
    this.#behaviours = behaviours;
    this.#next = 0;
  }

  peek(): Behaviour {
    return this.#behaviours[Math.min(this.#next, this.#behaviours.length - 1)] ?? {};
  }

  next(): Behaviour {
    const behaviour = this.peek();
    this.#next += 1;
    return behaviour;
  }
}

import { type PlanningStrategy } from '#config';
import { type Strategy } from '../strategy.js';
import { adaptive } from './adaptive.js';
import { hybrid } from './hybrid.js';
import { fixed } from './static.js';
import { threshold } from './threshold.js';

/** Every strategy by the name that `scheduler.strategy` chooses it with. */
export const STRATEGIES: Record<PlanningStrategy, Strategy> = {
  adaptive,
  static: fixed,
  threshold,
  hybrid,
};

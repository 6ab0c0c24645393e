import { floorAt } from '../day-floor.js';
import { type LaneView, type Proposal } from '../strategy.js';
import { adaptive } from './adaptive.js';

/** Adaptive, but at known times of the day never below known slots; what the upstream bears still binds. */
export function hybrid(view: LaneView): Proposal {
  const { rules, sample, bounds } = view;
  const floor = Math.min(floorAt(rules.day_floors, rules.time_zone, sample.atMs), bounds.ceiling);
  const proposal = adaptive(view);
  return proposal.level >= floor ? proposal : { ...proposal, level: floor, reason: 'day_floor' };
}

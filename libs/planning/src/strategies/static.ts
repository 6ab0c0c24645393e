import { type LaneView, type Proposal } from '../strategy.js';

/** As many slots as the provider is configured for, whatever happens. */
export function fixed({ bounds }: LaneView): Proposal {
  return { level: bounds.max, wish: bounds.max, reason: 'configured' };
}

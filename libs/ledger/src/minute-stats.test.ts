import { describe } from 'vitest';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToMinuteStats } from './minute-stats.conformance.js';

describe.each(BOTH_DATABASES)('MinuteStats on %s', (_, open) => conformsToMinuteStats(open));

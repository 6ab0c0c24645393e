import { describe } from 'vitest';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToUsage } from './usage-reader.conformance.js';

describe.each(BOTH_DATABASES)('UsageReader on %s', (_, open) => conformsToUsage(open));

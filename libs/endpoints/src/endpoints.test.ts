import { describe } from 'vitest';
import { BOTH_DATABASES } from '../../ledger/src/both-databases.conformance.js';
import { conformsToEndpoints } from './endpoints.conformance.js';
import { conformsToKeyRests } from './key-rests.conformance.js';

describe.each(BOTH_DATABASES)('endpoints on %s', (_, open) => {
  conformsToEndpoints(open);
  conformsToKeyRests(open);
});

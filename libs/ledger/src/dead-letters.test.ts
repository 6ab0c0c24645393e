import { describe } from 'vitest';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToDeadLetters } from './dead-letters.conformance.js';
import { conformsToFailurePolicies } from './failure-policies.conformance.js';
import { conformsToRedrives } from './redrives.conformance.js';

describe.each(BOTH_DATABASES)('on %s', (_, open) => {
  describe('dead letters', () => conformsToDeadLetters(open));
  describe('failure policies', () => conformsToFailurePolicies(open));
  describe('redrives', () => conformsToRedrives(open));
});

import { describe } from 'vitest';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToCallUse } from './call-use.conformance.js';
import { conformsToDiverting } from './diverting.conformance.js';
import { conformsToHandovers } from './handovers.conformance.js';
import { conformsToAnotherCall } from './provider-calls.conformance.js';
import { conformsToMessageLife } from './message-life.conformance.js';
import { conformsToUpkeep } from './upkeep.conformance.js';

describe.each(BOTH_DATABASES)('on %s', (_, open) => {
  describe('the life of a message', () => conformsToMessageLife(open));
  describe('what calls have used', () => conformsToCallUse(open));
  describe('diverting', () => conformsToDiverting(open));
  describe('handovers', () => conformsToHandovers(open));
  describe('another call', () => conformsToAnotherCall(open));
  describe('upkeep', () => conformsToUpkeep(open));
});

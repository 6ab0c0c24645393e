import { describe } from 'vitest';
import { conformsToBacklog } from './backlog.conformance.js';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToCallbackOutbox } from './callback-outbox.conformance.js';

describe.each(BOTH_DATABASES)('on %s', (_, open) => {
  describe('the outbox of callbacks', () => conformsToCallbackOutbox(open));
  describe('the backlog', () => conformsToBacklog(open));
});

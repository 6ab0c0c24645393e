import { describe } from 'vitest';
import { BOTH_DATABASES } from './both-databases.conformance.js';
import { conformsToCallbackOutbox } from './callback-outbox.conformance.js';

describe.each(BOTH_DATABASES)('the outbox of callbacks on %s', (_, open) => conformsToCallbackOutbox(open));

import { describe } from 'vitest';
import { type Database } from '#database';
import { BOTH_DATABASES, embedded, emptyPostgres, postgres } from './both-databases.conformance.js';
import { conformsToBudgets } from './budgets.conformance.js';

describe(`budgets on ${BOTH_DATABASES[0][0]}`, () =>
  conformsToBudgets(embedded, (database: Database) => Promise.resolve(database)));

describe(`budgets on ${BOTH_DATABASES[1][0]}`, () => {
  let url: string;
  conformsToBudgets(
    async () => postgres((url = await emptyPostgres())),
    () => postgres(url),
  );
});

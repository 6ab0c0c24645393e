import { accept } from './accept.js';
import { type Bench, print } from './bench.js';
import { connections } from './connections.js';
import { depth } from './depth.js';
import { e2e } from './e2e.js';
import { fairness } from './fairness.js';
import { hivemind } from './hivemind.js';
import { mixed } from './mixed.js';
import { overhead } from './overhead.js';
import { priority } from './priority.js';
import { recover } from './recover.js';
import { start } from './start.js';

const BENCHES: readonly Bench[] = [
  accept,
  e2e,
  overhead,
  mixed,
  priority,
  fairness,
  depth,
  recover,
  start,
  hivemind,
  connections,
];

const USAGE = `npm run bench -- <name> | all

${BENCHES.map(({ name, about }) => `  ${name.padEnd(12)}${about}`).join('\n')}`;

/** Gives the exit code: 0 when the bench ran, whether or not it reached its goal. */
async function main(name: string | undefined): Promise<number> {
  if (name === undefined) {
    console.log(USAGE);
    return 0;
  }
  const chosen = BENCHES.filter((bench) => name === 'all' || bench.name === name);
  if (chosen.length === 0) {
    console.error(`There is no bench ${name}.\n\n${USAGE}`);
    return 1;
  }
  for (const bench of chosen) print(await bench.run());
  return 0;
}

/** Leaving by `process.exit` ends whatever processes a failed bench has left. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

try {
  process.exit(await main(process.argv[2]));
} catch (error) {
  console.error(error);
  process.exit(1);
}

import { defineConfig } from 'vitest/config';

/** Those that measure time, or take something away from under a running system: one file after the other. */
const ALONE = [
  'tests/faults/*.test.ts',
  'tests/{balancing,dispatch,provider-faults,queues,scheduler-overload,stack}.test.ts',
];

/** A machine that stands still for seconds breaks what waits for whole systems; `.ci/run` names what needed it. */
export const SECOND_TRY = 1;

export default defineConfig({
  ssr: { resolve: { conditions: ['llmq-source', 'module', 'node', 'development|production'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Most of the time these wait for timers and for processes of their own.
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['{apps,libs}/*/src/**/*.test.ts', 'scripts/**/*.test.ts'],
          // They change nothing that is global, and loading the same modules for each took half of their time.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'systems',
          include: ['tests/**/*.test.ts'],
          exclude: [...ALONE, 'tests/faults/**', 'tests/{binary,chart,compose,monitoring}/**'],
          globalSetup: 'tests/support/new-database.ts',
          retry: SECOND_TRY,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: ALONE,
          fileParallelism: false,
          globalSetup: 'tests/support/new-database.ts',
          retry: SECOND_TRY,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});

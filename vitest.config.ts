import { defineConfig } from 'vitest/config';

/** Those that measure time, or take something away from under a running system: one file after the other. */
const ALONE = [
  'tests/faults/*.test.ts',
  'tests/{balancing,dispatch,provider-faults,queues,routing,scheduler-overload,stack}.test.ts',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['llmq-source', 'module', 'node', 'development|production'] } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          // Most of the time these wait for timers and for processes of their own.
          name: 'together',
          include: ['{apps,libs}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'scripts/**/*.test.ts'],
          exclude: [...ALONE, 'tests/faults/**', 'tests/monitoring/**'],
          maxWorkers: 2,
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, fileParallelism: false } },
    ],
  },
});

import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['llmq-source', 'module', 'node', 'development|production'] } },
  test: {
    include: ['{apps,libs}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'scripts/**/*.test.ts'],
    // These take minutes: `npm run test:faults`.
    exclude: ['tests/faults/long/**'],
    // Most of the time tests wait for timers and for processes of their own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

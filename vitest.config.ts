import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['llmq-source', 'module', 'node', 'development|production'] } },
  test: {
    include: ['{apps,libs}/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'scripts/**/*.test.ts'],
    // These take minutes: `npm run test:faults`.
    exclude: ['tests/faults/long/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});

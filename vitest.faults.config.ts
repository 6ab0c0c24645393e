import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** All fault tests, one file after the other, so that none disturbs the timing of another. */
export default defineConfig({
  ...base,
  test: {
    hookTimeout: 60_000,
    include: ['tests/faults/**/*.test.ts', 'tests/provider-faults.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
  },
});

import { defineConfig, mergeConfig } from 'vitest/config';
import base from './vitest.config.js';

/** All fault tests, one file after the other, so that none disturbs the timing of another. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [], exclude: [] } },
  defineConfig({
    test: {
      include: ['tests/faults/**/*.test.ts', 'tests/provider-faults.test.ts'],
      testTimeout: 120_000,
      fileParallelism: false,
    },
  }),
);

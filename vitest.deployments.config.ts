import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** What needs programs that not every machine has: a container engine, or Helm. */
export default defineConfig({
  ...base,
  test: {
    include: ['tests/{chart,compose}/**/*.test.ts'],
    testTimeout: 120_000,
    fileParallelism: false,
    bail: 1,
  },
});

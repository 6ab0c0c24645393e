import { defineConfig } from 'vitest/config';
import base from './vitest.config.js';

/** Prometheus beside a running system: some minutes, since rates need time. */
export default defineConfig({
  ...base,
  test: {
    include: ['tests/monitoring/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});

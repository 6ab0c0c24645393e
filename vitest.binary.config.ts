import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import base, { SECOND_TRY } from './vitest.config.js';

/**
 * The end-to-end tests on processes of the single executable, and the tests of the executable itself. What starts
 * other programs of `dist`, or none at all, is left out: it is the same there.
 */
export default defineConfig({
  ...base,
  test: {
    ...(process.env['LLMQ_BINARY']
      ? {}
      : { env: { LLMQ_BINARY: join(import.meta.dirname, 'dist/binary/llmq') } }),
    include: ['tests/binary/*.test.ts', 'tests/*.test.ts'],
    exclude: ['tests/{architecture,doctor,message-states,stack}.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    retry: SECOND_TRY,
  },
});

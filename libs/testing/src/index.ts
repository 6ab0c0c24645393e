export { eventually, type EventuallyOptions } from './eventually.js';
export { findChromium } from './find-chromium.js';
export { findPrometheus, type PrometheusPrograms } from './find-prometheus.js';
export { findProgram } from './find-program.js';
export { freePort } from './free-port.js';
export { isRunning } from './is-running.js';
export { spawnNode, spawnProgram, type ManagedProcess } from './managed-process.js';
export { ManualClock } from './manual-clock.js';
export {
  postgresUrlForTests,
  startPrivatePostgres,
  type PrivatePostgresOptions,
} from './private-postgres.js';
export { startPrivatePrometheus } from './private-prometheus.js';
export { redisUrlForTests, startPrivateRedis, type PrivateRedisOptions } from './private-redis.js';
export { type PrivateServer } from './private-server.js';
export { Random } from './random.js';
export { createTestDatabase, type TestDatabase } from './test-database.js';

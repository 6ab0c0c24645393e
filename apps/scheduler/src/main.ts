import { startOrExit } from '#runtime';
import { startScheduler } from './start.js';

await startOrExit(() => startScheduler(process.argv.slice(2)));

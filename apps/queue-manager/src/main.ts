import { startOrExit } from '#runtime';
import { startQueueManager } from './start.js';

await startOrExit(() => startQueueManager(process.argv.slice(2)));

import { startOrExit } from '#runtime';
import { startServer } from './start.js';

await startOrExit(() => startServer(process.argv.slice(2)));

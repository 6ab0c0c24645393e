import { startOrExit } from '#runtime';
import { startApiGateway } from './start.js';

await startOrExit(() => startApiGateway(process.argv.slice(2)));

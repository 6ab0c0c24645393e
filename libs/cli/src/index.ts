export { type Command, type Option, type Start, type Starts } from './command.js';
export { COMMANDS } from './commands.js';
export { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.js';
export { optionsOf } from './global-options.js';
export { aboutOf, optionText, usageOf } from './help.js';
export { runCli, type Surroundings } from './run-cli.js';

import { type Command } from './command.js';
import { bench } from './commands/bench.js';
import { chat } from './commands/chat.js';
import { completionOf } from './commands/completion.js';
import { configCheck, configDoc, configInit, configSchema } from './commands/config.js';
import { conversationsList, conversationsShow } from './commands/conversations.js';
import { deadList, deadShow } from './commands/dead.js';
import { deadRequeue } from './commands/dead-requeue.js';
import { doctor } from './commands/doctor.js';
import { keysGenerate } from './commands/keys.js';
import { messagesCancel, messagesList, messagesShow } from './commands/messages.js';
import { migrate } from './commands/migrate.js';
import { providersList, providersTest } from './commands/providers.js';
import { send } from './commands/send.js';
import { start } from './commands/start.js';
import { tail } from './commands/tail.js';
import { top } from './commands/top.js';
import { version } from './commands/version.js';

/** Every command; help, completion and docs/cli.md are made from it. */
export const COMMANDS: readonly Command[] = [
  start,
  send,
  chat,
  tail,
  top,
  messagesList,
  messagesShow,
  messagesCancel,
  conversationsList,
  conversationsShow,
  deadList,
  deadShow,
  deadRequeue,
  providersList,
  providersTest,
  keysGenerate,
  configInit,
  configCheck,
  configDoc,
  configSchema,
  migrate,
  doctor,
  bench,
  completionOf(() => COMMANDS),
  version,
];

/** The command that words begin with, and what comes after it; a group alone is its list. */
export function findCommand(
  words: readonly string[],
): { command: Command; rest: readonly string[] } | undefined {
  const [first = '', second] = words;
  const named = (name: string) => COMMANDS.find((command) => command.name === name);
  const pair = second === undefined ? undefined : named(`${first} ${second}`);
  if (pair) return { command: pair, rest: words.slice(2) };
  const single =
    named(first) ?? (second === undefined || second.startsWith('-') ? named(`${first} list`) : undefined);
  return single && { command: single, rest: words.slice(1) };
}

/** The commands of a group, such as `dead`. */
export function commandsOf(group: string): readonly Command[] {
  return COMMANDS.filter(({ name }) => name.startsWith(`${group} `));
}

import { type Command, type Options } from './command.js';

const EVERYWHERE: Options = {
  json: { about: 'Prints the answer as JSON, and nothing else.' },
  help: { short: 'h', about: 'Explains the command.' },
};

const REMOTE: Options = {
  url: { value: 'URL', about: 'The running system; LLMQ_URL, else http://127.0.0.1:8080.' },
  key: { value: 'KEY', about: 'The API key; better in LLMQ_API_KEY, where `ps` does not show it.' },
};

/** Every option that a command takes: its own, and those of all. */
export function optionsOf({ options, remote }: Command): Options {
  return { ...options, ...(remote && REMOTE), ...EVERYWHERE };
}

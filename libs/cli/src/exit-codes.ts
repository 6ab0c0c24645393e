/** What the exit code of a command says; scripts decide by it. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  denied: 4,
  refused: 5,
  busy: 6,
  no_reply: 7,
  problems: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: 'it is done',
  failed: 'something went wrong that has no code of its own',
  usage: 'the command line is wrong',
  unreachable: 'nothing answers at the address',
  denied: 'there is no API key, or it may not do this',
  refused: 'the system refused the request; trying again does not help',
  busy: 'the system cannot take it now; trying again later may help',
  no_reply:
    'the message ended without a reply (`failed`, `timeout`, `cancelled`), or what was asked did not come about',
  problems: 'a check found problems',
  interrupted: 'Ctrl-C',
};

/** Ends a command with a text for people and an exit code for scripts. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    readonly exit: keyof typeof EXIT,
    message: string,
    /** What to do about it. */
    readonly hint?: string,
  ) {
    super(message);
  }
}

import { readFile } from 'node:fs/promises';
import { PRIORITIES } from '#contracts';
import { type Context, type Options } from '../command.js';
import { CliError } from '../exit-codes.js';

/** More is refused by every server. */
const MOST_BYTES = 16_000_000;

/** What a message may be asked with. */
export const MESSAGE_OPTIONS: Options = {
  priority: { value: 'BAND', short: 'p', about: 'The priority.', choices: PRIORITIES },
  provider: { value: 'NAME', about: 'The provider that is to answer; left out: the routing decides.' },
  model: { value: 'NAME', short: 'm', about: 'The model, an alias or a group.' },
  user: { value: 'NAME', short: 'u', about: 'Whom it is for; `cli` when left out.' },
};

export const DEFAULT_USER = 'cli';

/** The text of a message: the arguments, then a file, then what is piped in. */
export async function contentOf({ given, terminal }: Context): Promise<string> {
  const file = given.text('file');
  const words = given.args.filter((word) => word !== '-').join(' ');
  const piped = given.args.includes('-') || (words === '' && file === undefined && !terminal.input.isTTY);
  const parts = [
    words,
    file === undefined ? '' : await textOf(file),
    piped ? await inputOf(terminal.input) : '',
  ];
  const text = parts.filter((part) => part !== '').join('\n\n');
  if (text === '')
    throw new CliError('usage', 'There is no text to send', 'Name it, or give --file, or pipe it in.');
  return text;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CliError('usage', `The file cannot be read: ${(error as Error).message}`);
  }
}

async function inputOf(input: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MOST_BYTES) throw new CliError('usage', `The input is larger than ${MOST_BYTES} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8').trimEnd();
}

import { globSync, readFileSync } from 'node:fs';

/** Where users and contributors read commands; what has happened (changes, decisions) is no instruction. */
const PAGES = '{*,docs/*,docs/runbooks/*,examples/*,packages/*/README,libs/*/README,deployments/**/*}.md';
const LEFT_OUT = ['CHANGELOG.md'];

const SHELLS = ['sh', 'bash', 'console', 'shell', 'zsh'];

/** What a command begins with, behind variables; names of programs alone are words. */
const COMMAND =
  /^(\$ )?([A-Z_]+=\S* +)*(\.\/)?(npm|npx|node|llmq|curl|docker|docker-compose|kubectl|helm|git|pg_dump|redis-cli) +\S/;

/** `<!-- run by FILE, FILE -->`, or, since readers should see it, `_Not tested: why._` */
const RUN_BY = /^<!-- run by (.+) -->$/;
const NOT_TESTED = /^_(?:Not tested|未测试)[:：] ?(.+)_$/;

/** The same for one line of a block or a table. */
const LINE_NOT_TESTED = /\(not tested\)|（未测试）/;

/** Who runs a command: files of tests, or nobody, for a reason. */
export type Mark = { readonly runBy: readonly string[] } | { readonly notTested: string };

/** A command as a page shows it. */
export interface DocumentedCommand {
  readonly page: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  /** What stands below it as its answer: JSON in a comment. */
  readonly shows: string | undefined;
  /** Somewhere in a text, where it needs no mark of its own when the same command has one elsewhere. */
  readonly inline: boolean;
  readonly mark: Mark | undefined;
}

/** Part of a page: a fenced block, or lines of text up to an empty one. */
interface Piece {
  readonly page: string;
  readonly line: number;
  /** Of a fence; undefined: text. */
  readonly language: string | undefined;
  readonly lines: readonly string[];
  readonly mark: Mark | undefined;
}

export const documentedPages = (): string[] =>
  globSync(PAGES)
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !LEFT_OUT.includes(path))
    .toSorted();

/** All commands of a page, in their order. */
export function commandsOf(page: string, markdown = readFileSync(page, 'utf8')): DocumentedCommand[] {
  return piecesOf(page, markdown.split('\n')).flatMap((piece) =>
    isBlock(piece) ? blockCommands(piece) : piece.language === undefined ? inlineCommands(piece) : [],
  );
}

/** A block without a language may be a drawing. */
function isBlock({ language, lines }: Piece): boolean {
  if (language === undefined) return lines.some((line) => /^ {4}/.test(line) && COMMAND.test(line.trim()));
  return SHELLS.includes(language) || (language === '' && lines.some((line) => COMMAND.test(line)));
}

function piecesOf(page: string, lines: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let mark: Mark | undefined;
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!.trim();
    if (line === '') continue;
    const marked = markOf(line);
    if (marked !== undefined) {
      mark = marked;
      continue;
    }
    const fence = /^```(\S*)/.exec(line);
    const isLast = (other: string) => (fence ? /^\s*```$/.test(other) : other.trim() === '');
    const rest = lines.slice(at + 1).findIndex(isLast);
    const end = rest === -1 ? lines.length : at + 1 + rest;
    const from = fence ? at + 1 : at;
    pieces.push({ page, line: from + 1, language: fence?.[1], lines: lines.slice(from, end), mark });
    mark = undefined;
    at = end;
  }
  return pieces;
}

function markOf(line: string): Mark | undefined {
  const [, files] = RUN_BY.exec(line) ?? [];
  if (files !== undefined) return { runBy: files.split(', ') };
  const [, notTested] = NOT_TESTED.exec(line) ?? [];
  return notTested === undefined ? undefined : { notTested };
}

const ownMark = (text: string, mark: Mark | undefined): Mark | undefined =>
  LINE_NOT_TESTED.test(text) ? { notTested: text } : mark;

function blockCommands({ page, line, lines, mark }: Piece): DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const from = at;
    let text = lines[at]!.trim().replace(/^\$ /, '');
    while (isOpen(text) && at + 1 < lines.length) text += `\n${lines[(at += 1)]}`;
    if (text.trim() === '' || text.startsWith('#')) continue;
    const [, shows] = /^# ([[{].*)$/.exec(lines[at + 1] ?? '') ?? [];
    commands.push({ page, line: line + from, text, shows, inline: false, mark: ownMark(text, mark) });
  }
  return commands;
}

/** Whether the shell would read on: inside of quotes, or after a backslash. */
function isOpen(text: string): boolean {
  const rest = text.replaceAll(/\\[^\n]|'[^']*'|"(?:\\.|[^"\\])*"/g, '');
  return /['"]/.test(rest.replace(/(^|\s)#.*$/, '')) || rest.endsWith('\\');
}

function inlineCommands({ page, line, lines, mark }: Piece): DocumentedCommand[] {
  return lines.flatMap((text, index) =>
    [...text.matchAll(/`([^`]+)`/g)]
      .map(([, span]) => span!)
      .filter((span) => COMMAND.test(span))
      .map((span) => ({
        page,
        line: line + index,
        text: span,
        shows: undefined,
        inline: true,
        mark: ownMark(text, mark),
      })),
  );
}

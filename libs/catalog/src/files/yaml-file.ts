import { statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
} from 'yaml';
import { isOnDisk, readPlace } from '#runtime';
import { type Path, pathText, type Problem } from './problem.js';

/** Far more than any catalog needs, and little enough to be read at once. */
const MAX_BYTES = 1_048_576;

/** A value where an alias stands for another one many times over must not grow without end. */
const MAX_ALIASES = 100;

/** A YAML file that knows the line and column of everything in it. */
export class YamlFile {
  readonly problems: readonly Problem[];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;
  #value: unknown = null;

  constructor(
    readonly name: string,
    text: string,
    failure?: string,
  ) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    this.problems = failure === undefined ? this.#read() : [this.problem([], failure)];
  }

  /** A file that cannot be read is a file with that problem. */
  static open(place: string): YamlFile {
    const name = nameOf(place);
    try {
      if (isOnDisk(place) && statSync(place).size > MAX_BYTES)
        return new YamlFile(name, '', `is larger than ${MAX_BYTES} bytes`);
      return new YamlFile(name, Buffer.from(readPlace(place)).toString('utf8'));
    } catch (error) {
      return new YamlFile(name, '', `cannot be read: ${(error as Error).message}`);
    }
  }

  /** What the file says; null when it has problems. */
  get value(): unknown {
    return this.#value;
  }

  /** At the value of the path, or at its key where the key itself is wrong. */
  problem(path: Path, message: string, at: 'value' | 'key' = 'value'): Problem {
    return { ...this.#place(this.#offsetOf(path, at)), path: pathText(path), message };
  }

  #read(): Problem[] {
    const problems = this.#document.errors.map(({ pos, message }) => ({
      ...this.#place(pos[0]),
      path: '',
      message: `is not valid YAML: ${message.split('\n')[0]}`,
    }));
    if (problems.length > 0) return problems;
    try {
      this.#value = this.#document.toJS({ maxAliasCount: MAX_ALIASES });
      return [];
    } catch (error) {
      return [{ ...this.#place(0), path: '', message: (error as Error).message }];
    }
  }

  #place(offset: number) {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.name, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  /** Of the value at the path, or of the nearest thing around it that is there. */
  #offsetOf(path: Path, at: 'value' | 'key'): number {
    let node: Node | null = this.#document.contents;
    let offset = node?.range?.[0] ?? 0;
    for (const [i, part] of path.entries()) {
      const child = childOf(this.#resolved(node), part);
      if (!child) return offset;
      node = child.node;
      offset = at === 'key' && i === path.length - 1 ? child.keyOffset : child.offset;
    }
    return offset;
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.#document) ?? null) : node;
  }
}

interface Child {
  readonly node: Node | null;
  readonly offset: number;
  readonly keyOffset: number;
}

/** A mapping or a list lies where its key does: there one reads what it is. */
function childOf(node: Node | null, part: string | number): Child | undefined {
  if (isSeq(node)) {
    const item = asNode(node.items[Number(part)]);
    const offset = item?.range?.[0];
    return offset === undefined ? undefined : { node: item, offset, keyOffset: offset };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
  const keyOffset = asNode(pair?.key)?.range?.[0];
  if (!pair || keyOffset === undefined) return undefined;
  const value = asNode(pair.value);
  const isPlain = isScalar(value) && value.value !== null;
  return { node: value, offset: (isPlain ? value.range?.[0] : undefined) ?? keyOffset, keyOffset };
}

function asNode(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

/** Short where it lies below the working directory. */
function nameOf(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  return short.startsWith('..') || isAbsolute(short) ? resolve(path) : short;
}

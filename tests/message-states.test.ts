import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { FINAL_STATUSES, MESSAGE_STATUSES } from '#contracts';

interface Arrow {
  readonly from: string;
  readonly to: string;
  /** Who moves the message, by which methods. */
  readonly label: string;
}

const diagram = /```mermaid\n([^]*?)```/.exec(readFileSync('docs/message-states.md', 'utf8'))![1]!;
const arrows: Arrow[] = [...diagram.matchAll(/^ {2}(\S+) --> ([^\s:]+)(?:: (.*))?$/gm)].map(
  ([, from, to, label]) => ({ from: from!, to: to!, label: label ?? '' }),
);
const sources = globSync('libs/*/src/**/*.ts').map((file) => readFileSync(file, 'utf8'));

/** The names in a label: `EndAttempt.bury → MessageLedger.finish (why)` has two. */
function namesIn(label: string): { type: string; method: string | undefined }[] {
  return label
    .replaceAll(/\(.*?\)/g, '')
    .split(/→|,/)
    .map((name) => name.trim().split('.'))
    .map(([type, method]) => ({ type: type!, method }));
}

const isFinal = (state: string) => (FINAL_STATUSES as readonly string[]).includes(state);
const toEnd = ({ to }: Arrow) => to === '[*]';

describe('docs/message-states.md', () => {
  test('draws every state and no other, and each arrow once', () => {
    const states = new Set(arrows.flatMap(({ from, to }) => [from, to]).filter((state) => state !== '[*]'));
    expect([...states].toSorted()).toEqual([...MESSAGE_STATUSES].toSorted());
    expect(diagram.trim().split('\n')).toHaveLength(arrows.length + 1);
    const drawn = arrows.map(({ from, to, label }) => `${from} ${to} ${label}`);
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test('ends in the final states, which only a requeue leaves', () => {
    expect(arrows.filter(toEnd).map(({ from }) => from)).toEqual([...FINAL_STATUSES]);
    const back = arrows.filter((arrow) => isFinal(arrow.from) && !toEnd(arrow));
    for (const { label } of back) expect(label).toMatch(/DeadLetters\.requeue/);
    expect(arrows.every(({ from, to, label }) => label !== '' || (isFinal(from) && to === '[*]'))).toBe(true);
  });

  test('names methods that exist', () => {
    for (const { type, method } of arrows
      .filter((arrow) => !toEnd(arrow))
      .flatMap(({ label }) => namesIn(label))) {
      const source = sources.find((text) => text.includes(`export class ${type} `));
      expect(source, `class ${type}`).toBeDefined();
      expect(source, `${type}.${method}`).toMatch(new RegExp(`^  (async )?${method ?? '\\w+'}\\(`, 'm'));
    }
  });
});

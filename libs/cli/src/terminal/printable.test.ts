import { describe, expect, test } from 'vitest';
import { oneLine, printable } from './printable.js';
import { pairs, table } from './table.js';

describe('text of somebody else', () => {
  test('moves no cursor, renames no window and hides nothing', () => {
    expect(printable('a\u001b[2Jb\u0007\u009b31mc\rd\n\te\u202ef')).toBe('a[2Jb31mcd\n\tef');
  });

  test('fits into a line', () => {
    expect(oneLine('one\n two\u001b[0m', 40)).toBe('one two[0m');
    expect(oneLine('abcdef', 4)).toBe('abc…');
  });

  test('stands in columns', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['x', 1],
          [null, 'yy'],
        ],
      ),
    ).toBe('A  B\nx  1\n-  yy');
    expect(table(['A'], [])).toBe('A\n(none)');
    expect(pairs({ a: 1, long: undefined })).toBe('a     1\nlong  -');
  });
});

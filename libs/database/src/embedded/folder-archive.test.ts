import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packFolder, unpackFolder } from './folder-archive.js';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'llmq-archive-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

function original(): string {
  const folder = join(place, 'original');
  mkdirSync(join(folder, 'base/1'), { recursive: true });
  mkdirSync(join(folder, 'empty'));
  writeFileSync(join(folder, 'base/1/bytes'), Buffer.from([0, 10, 255, 10, 0]));
  writeFileSync(join(folder, 'nothing'), '');
  writeFileSync(join(folder, '.hidden'), 'x'.repeat(100));
  return folder;
}

const treeOf = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? readFileSync(path).toString('hex') : 'folder';
      return [path.slice(folder.length), content];
    })
    .toSorted(([a = ''], [b = '']) => a.localeCompare(b));

describe('a packed folder', () => {
  test('comes out as it went in', async () => {
    const folder = original();
    await unpackFolder(packFolder(folder), join(place, 'copy'));
    expect(treeOf(join(place, 'copy'))).toEqual(treeOf(folder));
    expect(treeOf(folder)).toHaveLength(6);
  });

  test('is not there while a part of it cannot be written', async () => {
    const packed = packFolder(original()).subarray(0, 60);
    await expect(unpackFolder(packed, join(place, 'copy'))).rejects.toThrow();
    expect(existsSync(join(place, 'copy'))).toBe(false);
  });
});

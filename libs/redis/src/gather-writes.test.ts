import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { gatherWrites } from './gather-writes.js';

function setup() {
  const pieces: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    writev: (chunks, done) => {
      pieces.push(chunks.map(({ chunk }) => String(chunk)).join(''));
      done();
    },
    write: (chunk, _, done) => {
      pieces.push(String(chunk));
      done();
    },
  });
  gatherWrites(stream);
  return { stream, pieces };
}

test('what is written in one turn goes out as one piece, in its order', async () => {
  const { stream, pieces } = setup();
  stream.write('a');
  stream.write(Buffer.from('b'));
  await Promise.resolve().then(() => stream.write('c'));
  await expect.poll(() => pieces).toEqual(['abc']);
  stream.write('d');
  await expect.poll(() => pieces).toEqual(['abc', 'd']);
});

test('what is written last is not lost at the end', async () => {
  const { stream, pieces } = setup();
  stream.write('a');
  const ended = new Promise((resolve) => stream.end('b', () => resolve(undefined)));
  await ended;
  expect(pieces.join('')).toBe('ab');
});

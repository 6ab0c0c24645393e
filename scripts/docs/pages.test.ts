import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { expect, test } from 'vitest';
import { configSchema } from '#config';
import { generatedFiles } from './pages.js';

const files = await generatedFiles();

test.each(Object.entries(files))(
  '%s is what the code says; `npm run docs` makes it anew',
  (path, content) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  },
);

test('the example file, with every # taken off, is the default configuration', () => {
  const uncommented = files['configs/config.example.yaml']!.split('\n')
    .slice(2)
    .map((line) => line.replace(/^# /, ''))
    .join('\n');
  const settings = Object.keys(parse(uncommented) as object);
  expect(settings).toEqual(Object.keys(configSchema.shape));
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const page = readFileSync('docs/development.md', 'utf8');

test.each(['dialect.ts', 'dialect.test.ts'])('docs/development.md shows %s as it is', (file) => {
  expect(page).toContain(`\`\`\`ts\n${readFileSync(`${import.meta.dirname}/${file}`, 'utf8')}\`\`\``);
});

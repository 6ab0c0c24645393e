import { writeFileSync } from 'node:fs';
import { generatedFiles } from './docs/pages.js';

for (const [path, content] of Object.entries(await generatedFiles())) {
  writeFileSync(path, content);
  console.log(path);
}

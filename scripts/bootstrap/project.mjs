import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function inProject(...path) {
  return join(ROOT, ...path);
}

/** The PATH with our tools and this Node first, so that children find the same ones. */
export function pathWith(node) {
  return [inProject('node_modules', '.bin'), dirname(node), process.env.PATH].join(delimiter);
}

/** Undefined when there is no such file. */
export function readText(...path) {
  try {
    return readFileSync(inProject(...path), 'utf8');
  } catch {
    return undefined;
  }
}

export function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

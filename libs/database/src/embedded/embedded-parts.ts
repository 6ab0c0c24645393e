import { isSea } from 'node:sea';
import { type PGliteOptions } from '@electric-sql/pglite';
import { readShipped } from '#runtime';
import { unpackFolder } from './folder-archive.js';

/** Node has it; its types know only what it compiles to. */
const { compile } = (globalThis as unknown as { WebAssembly: { compile: Compile } }).WebAssembly;

type Compile = (bytes: Uint8Array) => Promise<NonNullable<Parts['pgliteWasmModule']>>;

/** Packed by the build of the executable. */
export const NEW_DATABASE = 'pglite/new-database.gz';

export type Parts = Pick<PGliteOptions, 'pgliteWasmModule' | 'initdbWasmModule' | 'fsBundle'>;

/** The parts of PGlite that are no JavaScript. It finds them beside its code, except in the single executable. */
export async function embeddedParts(): Promise<Parts> {
  if (!isSea()) return {};
  const [pgliteWasmModule, initdbWasmModule] = await Promise.all([
    compile(part('pglite.wasm')),
    compile(part('initdb.wasm')),
  ]);
  return { pgliteWasmModule, initdbWasmModule, fsBundle: new Blob([part('pglite.data')]) };
}

function part(name: string): Uint8Array<ArrayBuffer> {
  const bytes = readShipped(`pglite/${name}`);
  if (bytes === undefined) throw new Error(`The executable lacks ${name}: it was not built whole`);
  return bytes as Uint8Array<ArrayBuffer>;
}

/**
 * A new database in its folder, migrated, where the executable has one to copy: to make it takes seconds of work.
 * Says whether there was one.
 */
export async function copyNewDatabase(folder: string): Promise<boolean> {
  const packed = readShipped(NEW_DATABASE);
  if (packed !== undefined) await unpackFolder(packed, folder);
  return packed !== undefined;
}

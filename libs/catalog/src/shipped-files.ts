import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The files that come with the package, from the sources as from `dist`: the nearest folder with a manifest. */
export const SHIPPED = {
  providersFile: join(packageRoot(import.meta.dirname), 'configs/providers.yaml'),
  taskTypesFile: join(packageRoot(import.meta.dirname), 'configs/task-types.yaml'),
} as const;

function packageRoot(folder: string): string {
  const parent = dirname(folder);
  return existsSync(join(folder, 'package.json')) || parent === folder ? folder : packageRoot(parent);
}

import { globSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { canInstallDebianPackages, installDebianPackage } from './debian-package.js';
import { findProgram, isExecutable } from './find-program.js';

/** Debian's package would otherwise make and start a cluster of its own on port 5432. */
const NO_MAIN_CLUSTER = `
mkdir -p /etc/postgresql-common
echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf
`;

/** The directory that holds `initdb` and `postgres`; a root user of Debian gets the package installed. */
export async function findPostgres(): Promise<string> {
  const found = programDirectory();
  if (found) return found;
  if (canInstallDebianPackages()) await installDebianPackage('postgresql', NO_MAIN_CLUSTER);
  const installed = programDirectory();
  if (installed) return installed;
  throw new Error(
    'No Postgres server: initdb and postgres are neither on the PATH nor in /usr/lib/postgresql. ' +
      'Install them (apt-get install postgresql, brew install postgresql), or set DATABASE_URL to a running server.',
  );
}

function programDirectory(): string | undefined {
  const initdb = findProgram(['initdb']);
  return [...(initdb ? [dirname(realpathSync(initdb))] : []), ...debianDirectories()].find(
    (directory) => isExecutable(join(directory, 'initdb')) && isExecutable(join(directory, 'postgres')),
  );
}

/** Newest version first. */
function debianDirectories(): string[] {
  const version = (directory: string) => Number(directory.split('/').at(-2));
  return globSync('/usr/lib/postgresql/*/bin').sort((a, b) => version(b) - version(a));
}

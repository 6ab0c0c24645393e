import { canInstallDebianPackages, installDebianPackage } from './debian-package.js';
import { findProgram } from './find-program.js';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** The path of a Redis (or Valkey) server; a root user of Debian gets the package installed. */
export async function findRedis(): Promise<string> {
  const found = findProgram(PROGRAMS);
  if (found) return found;
  if (canInstallDebianPackages()) await installDebianPackage('redis-server');
  const installed = findProgram(PROGRAMS);
  if (installed) return installed;
  throw new Error(
    'No Redis server: neither redis-server nor valkey-server is on the PATH. ' +
      'Install one (apt-get install redis-server, brew install redis), or set REDIS_URL to a running server.',
  );
}

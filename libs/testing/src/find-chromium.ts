import { canInstallDebianPackages, installDebianPackage } from './debian-package.js';
import { findProgram } from './find-program.js';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The path of a browser; a root user of Debian gets the package installed. */
export async function findChromium(): Promise<string> {
  const found = findProgram(PROGRAMS);
  if (found) return found;
  if (canInstallDebianPackages()) await installDebianPackage('chromium');
  const installed = findProgram(PROGRAMS);
  if (installed) return installed;
  throw new Error(
    `No browser: none of ${PROGRAMS.join(', ')} is on the PATH. Install one (apt-get install chromium).`,
  );
}

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from './find-program.js';

const LOCK = '/run/llm-message-queue-apt.lock';

/**
 * Installs $1 after running $2. Two workers come here at once: flock lets one install and the other find the
 * work done, and the kernel frees the lock of a dead one. While policy-rc.d says 101, no daemon is started.
 */
const INSTALL = `
dpkg -s "$1" 2>/dev/null | grep -q '^Status: install ok installed' && exit 0
eval "$2"
if [ ! -e /usr/sbin/policy-rc.d ]; then
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
fi
timeout 120 apt-get update -q || true
timeout 300 apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=120 "$1"
`;

export function canInstallDebianPackages(): boolean {
  return (
    process.getuid?.() === 0 && findProgram(['apt-get']) !== undefined && findProgram(['flock']) !== undefined
  );
}

/** `prepare` is a line of shell to run under the same lock, before the package is unpacked. */
export async function installDebianPackage(name: string, prepare = ':'): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const command = ['--timeout', '600', LOCK, 'sh', '-ec', INSTALL, 'sh', name, prepare];
  try {
    await promisify(execFile)('flock', command, { env, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw new Error(`apt-get could not install ${name}: ${stderr.slice(-1000)}`, { cause: error });
  }
}

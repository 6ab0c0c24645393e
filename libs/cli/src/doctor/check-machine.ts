import { type Config } from '#config';
import { type Finding, Findings } from './finding.js';

const OLDEST_NODE = [24, 15] as const;

/** Files that a process opens beside its streams. */
const OTHER_FILES = 200;

export function checkNode(version = process.versions.node): Finding[] {
  const found = new Findings('node');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor, oldMinor] = OLDEST_NODE;
  if (major < oldMajor || (major === oldMajor && minor < oldMinor))
    found.problem(
      `It is Node ${version}; ${OLDEST_NODE.join('.')} is the oldest that works`,
      'Install Node 24 from https://nodejs.org, or use the single executable, which has its own.',
    );
  return found.orElse(`Node ${version}`);
}

/** May the process open as many connections as it would accept? */
export function checkFiles({ http }: Pick<Config, 'http'>, most = openFilesLimit()): Finding[] {
  const found = new Findings('open files');
  const wanted = http.max_streams + OTHER_FILES;
  if (most !== undefined && most < wanted)
    found.warning(
      `The process may open ${most} files, and would take ${http.max_streams} streams`,
      `ulimit -n ${wanted} (LimitNOFILE=${wanted} in a systemd unit), or a lower HTTP_MAX_STREAMS.`,
    );
  return found.orElse(most === undefined ? 'There is no limit to be seen' : `Up to ${most}`);
}

/** Undefined where there is none, or where the system does not tell. */
function openFilesLimit(): number | undefined {
  // Without it the names of all peers are looked up.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as unknown as {
    userLimits?: { open_files?: { soft: number | string } };
  };
  const limit = report.userLimits?.open_files?.soft;
  return typeof limit === 'number' ? limit : undefined;
}

import { canInstallDebianPackages, installDebianPackage } from './debian-package.js';
import { findProgram } from './find-program.js';

/** The paths of Prometheus and its tool. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** A root user of Debian gets the package installed; undefined where there is none and none can be had. */
export async function findPrometheus(): Promise<PrometheusPrograms | undefined> {
  const found = find();
  if (found || !canInstallDebianPackages()) return found;
  await installDebianPackage('prometheus').catch(() => undefined);
  return find();
}

function find(): PrometheusPrograms | undefined {
  const prometheus = findProgram(['prometheus']);
  const promtool = findProgram(['promtool']);
  return prometheus === undefined || promtool === undefined ? undefined : { prometheus, promtool };
}

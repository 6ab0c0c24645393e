import { INFRASTRUCTURE } from './dashboards/infrastructure.js';
import { OVERVIEW } from './dashboards/overview.js';
import { PROVIDERS } from './dashboards/providers.js';
import { QUEUE } from './dashboards/queue.js';
import { STREAMS } from './dashboards/streams.js';
import { grafanaJson } from './grafana.js';
import { type Dashboard } from './panel.js';

export { type Dashboard, type Panel } from './panel.js';

/** By the name of its file. */
export const DASHBOARDS: Readonly<Record<string, Dashboard>> = {
  overview: OVERVIEW,
  queue: QUEUE,
  providers: PROVIDERS,
  streams: STREAMS,
  infrastructure: INFRASTRUCTURE,
};

/** The files that Grafana reads, by their paths. */
export function dashboardFiles(): Record<string, string> {
  const files = Object.entries(DASHBOARDS).map(([name, dashboard]) => [
    `deployments/grafana/dashboards/${name}.json`,
    grafanaJson(dashboard),
  ]);
  return Object.fromEntries(files) as Record<string, string>;
}

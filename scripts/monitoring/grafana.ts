import { type Dashboard, type Panel } from './panel.js';

const WIDTH = 24;
const HEIGHTS: Readonly<Record<Panel['type'], number>> = { timeseries: 8, stat: 4, table: 8 };
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard in the words of Grafana 10 and later. */
export function grafanaJson({ uid, title, description, rows }: Dashboard): string {
  const dashboard = {
    uid,
    title,
    description,
    tags: ['llm-message-queue'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    templating: { list: [chooseSource()] },
    panels: rows
      .flatMap((row, at) => panelsOf(row, topOf(rows, at)))
      .map((panel, i) => ({ id: i + 1, ...panel })),
  };
  return `${JSON.stringify(dashboard, null, 2)}\n`;
}

/** Whoever imports the file elsewhere chooses a Prometheus; ours is the only one where it is provisioned. */
function chooseSource(): object {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus', hide: 0 };
}

function heightOf(row: readonly Panel[]): number {
  return Math.max(...row.map(({ type }) => HEIGHTS[type]));
}

function topOf(rows: Dashboard['rows'], at: number): number {
  return rows.slice(0, at).reduce((top, row) => top + heightOf(row), 0);
}

function panelsOf(row: readonly Panel[], y: number): object[] {
  const w = Math.floor(WIDTH / row.length);
  return row.map((panel, i) => grafanaPanel(panel, { x: i * w, y, w, h: heightOf(row) }));
}

function grafanaPanel({ type, title, unit, note, names, queries }: Panel, gridPos: object): object {
  const isTable = type === 'table';
  return {
    type,
    title,
    ...(note !== undefined && { description: note }),
    datasource: SOURCE,
    gridPos,
    targets: Object.entries(queries).map(([legend, expr], i) => ({
      refId: String.fromCharCode(65 + i),
      datasource: SOURCE,
      expr,
      legendFormat: legend,
      ...(type === 'timeseries' ? { range: true } : { instant: true }),
      ...(isTable && { format: 'table' }),
    })),
    fieldConfig: { defaults: { unit, min: 0, mappings: mappingsOf(names) }, overrides: [] },
    options: type === 'timeseries' ? { tooltip: { mode: 'multi', sort: 'desc' } } : {},
    ...(isTable && { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] }),
  };
}

function mappingsOf(names: Panel['names'] = {}): object[] {
  const options = Object.fromEntries(Object.entries(names).map(([value, text]) => [value, { text }]));
  return Object.keys(names).length === 0 ? [] : [{ type: 'value', options }];
}

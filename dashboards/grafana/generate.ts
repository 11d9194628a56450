// Makes the three Grafana dashboards from dashboards/queries, so that panel and query can never differ.
// `npm run gen` writes dashboards/grafana/dashboards/*.json; a test compares them.
// Only two things are changed in a query: its time window becomes the dashboard's, and its credential the chosen one.

import { readFileSync } from 'node:fs';

const QUERIES = new URL('../queries/', import.meta.url);
const DATASOURCE = { type: 'grafana-clickhouse-datasource', uid: 'keytrail-clickhouse' };

type Kind = 'table' | 'timeseries';

interface Panel {
  title: string;
  /** File in dashboards/queries, without the extension. */
  query: string;
  kind: Kind;
  /** Narrowed to the credential chosen on the dashboard. */
  ofCredential?: boolean;
  /** Grid units; a row is 24 wide. */
  width: number;
  height: number;
  /** Units by column, in Grafana's names. */
  units?: Record<string, string>;
}

interface Dashboard {
  uid: string;
  title: string;
  description: string;
  credential: boolean;
  panels: Panel[];
}

const BYTES = 'decbytes';
const DASHBOARDS: Dashboard[] = [
  {
    uid: 'keytrail-overview',
    title: 'Keytrail overview',
    description: 'What was found, and who behaves differently from before.',
    credential: false,
    panels: [
      {
        title: 'Incidents',
        query: 'incident-list',
        kind: 'table',
        width: 24,
        height: 9,
        units: { bytes: BYTES },
      },
      {
        title: 'Traffic',
        query: 'events-per-hour',
        kind: 'timeseries',
        width: 12,
        height: 8,
        units: { bytes_out: BYTES },
      },
      {
        title: 'Distinct objects per credential and hour',
        query: 'distinct-objects-per-credential-and-hour',
        kind: 'table',
        width: 12,
        height: 8,
      },
      { title: 'New sources', query: 'new-sources-per-credential', kind: 'table', width: 12, height: 8 },
      { title: 'Endpoints first used', query: 'endpoints-first-used', kind: 'table', width: 12, height: 8 },
      {
        title: 'Bytes per credential',
        query: 'bytes-per-credential',
        kind: 'table',
        width: 12,
        height: 8,
        units: { bytes_last_day: BYTES, bytes_per_day_before: BYTES },
      },
      { title: 'Authentication failures', query: 'auth-failures', kind: 'table', width: 12, height: 8 },
      {
        title: 'Sources with several credentials',
        query: 'credentials-of-one-source',
        kind: 'table',
        width: 12,
        height: 8,
      },
      {
        title: 'Answered without a credential',
        query: 'anonymous-successes',
        kind: 'table',
        width: 12,
        height: 8,
        units: { bytes_out: BYTES },
      },
    ],
  },
  {
    uid: 'keytrail-credential',
    title: 'Keytrail: one credential',
    description: 'Everything about the credential chosen above.',
    credential: true,
    panels: [
      {
        title: 'Incidents',
        query: 'incident-list',
        kind: 'table',
        ofCredential: true,
        width: 24,
        height: 6,
        units: { bytes: BYTES },
      },
      {
        title: 'Distinct objects and calls per hour',
        query: 'distinct-objects-per-credential-and-hour',
        kind: 'timeseries',
        ofCredential: true,
        width: 12,
        height: 8,
      },
      {
        title: 'Bytes, last day against before',
        query: 'bytes-per-credential',
        kind: 'table',
        ofCredential: true,
        width: 12,
        height: 8,
        units: { bytes_last_day: BYTES, bytes_per_day_before: BYTES },
      },
      {
        title: 'New sources',
        query: 'new-sources-per-credential',
        kind: 'table',
        ofCredential: true,
        width: 12,
        height: 7,
      },
      {
        title: 'Endpoints first used',
        query: 'endpoints-first-used',
        kind: 'table',
        ofCredential: true,
        width: 12,
        height: 7,
      },
      {
        title: 'Timeline',
        query: 'timeline-of-one-credential',
        kind: 'table',
        ofCredential: true,
        width: 24,
        height: 14,
        units: { bytes_out: BYTES },
      },
    ],
  },
  {
    uid: 'keytrail-pipeline',
    title: 'Keytrail pipeline health',
    description: 'Is everything read, judged and delivered?',
    credential: false,
    panels: [
      {
        title: 'Events stored',
        query: 'events-per-hour',
        kind: 'timeseries',
        width: 24,
        height: 8,
        units: { bytes_out: BYTES },
      },
      { title: 'Deliveries', query: 'delivery-health', kind: 'table', width: 24, height: 6 },
      { title: 'Refused input', query: 'dead-letters-by-reason', kind: 'table', width: 24, height: 8 },
      { title: 'Slowest endpoints', query: 'slowest-endpoints', kind: 'table', width: 12, height: 8 },
      { title: 'Unused credentials', query: 'unused-credentials', kind: 'table', width: 12, height: 8 },
    ],
  },
];

/** The file's SQL without its comment and its closing semicolon. */
function readQuery(name: string): string {
  const text = readFileSync(new URL(`${name}.sql`, QUERIES), 'utf8');
  return text
    .replace(/^(?:--.*\n)+/, '')
    .trim()
    .replace(/;$/, '');
}

/** The dashboard's time range in Grafana's macros, by column. Of days those that it touches, or a range of hours would show nothing. */
const WINDOWS = {
  at: '$__timeFilter_ms(at)',
  hour: '$__timeFilter(hour)',
  day: "day >= toStartOfDay($__fromTime, 'UTC') AND day <= $__toTime",
} as const;

/** A panel's SQL: the query with Grafana's time range and, where wanted, its credential. */
function panelSql(panel: { query: string; kind: Kind; ofCredential?: boolean }): string {
  const windowed = readQuery(panel.query).replace(
    /\b(at|hour|day) >= \(SELECT max\(\w+\) FROM [\w.]+\) - INTERVAL \d+ DAY/g,
    (_, column: keyof typeof WINDOWS) => WINDOWS[column],
  );
  const inTime =
    panel.kind === 'timeseries' ? windowed.replace(/^ORDER BY [\s\S]*$/m, 'ORDER BY hour') : windowed;
  if (panel.ofCredential !== true) return inTime;
  const chosen = inTime.replace(
    /lineage =\s*\(\s*SELECT lineage[\s\S]*?LIMIT 1\s*\)/,
    `lineage = ${LINEAGE}`,
  );
  if (chosen !== inTime) return chosen;
  // Where hours are read, only its hours are.
  const narrowed = inTime.replaceAll(
    'WHERE $__timeFilter(hour)',
    `WHERE lineage = ${LINEAGE} AND $__timeFilter(hour)`,
  );
  if (narrowed !== inTime) return narrowed;
  // The limit goes, or the chosen credential might be among those cut off.
  return `SELECT * FROM (\n${inTime.replace(/\nLIMIT \d+$/, '')}\n)\nWHERE lineage = ${LINEAGE}`;
}

/** Grafana writes the chosen value as an SQL string, quotes and escapes included. */
const LINEAGE = `\${lineage:sqlstring}`;

/** File name to Grafana's dashboard model. */
export function buildDashboards(): Record<string, object> {
  return Object.fromEntries(DASHBOARDS.map((dashboard) => [`${dashboard.uid}.json`, model(dashboard)]));
}

function model(dashboard: Dashboard): object {
  let x = 0;
  let y = 0;
  const panels = dashboard.panels.map((panel, index) => {
    if (x + panel.width > 24) x = 0;
    if (x === 0 && index > 0) y += dashboard.panels[index - 1]?.height ?? 0;
    const gridPos = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    return {
      id: index + 1,
      title: panel.title,
      type: panel.kind,
      datasource: DATASOURCE,
      gridPos,
      fieldConfig: {
        defaults: {},
        overrides: Object.entries(panel.units ?? {}).map(([column, unit]) => ({
          matcher: { id: 'byName', options: column },
          properties: [{ id: 'unit', value: unit }],
        })),
      },
      options: {},
      targets: [
        {
          refId: 'A',
          datasource: DATASOURCE,
          editorType: 'sql',
          queryType: panel.kind,
          format: panel.kind === 'timeseries' ? 0 : 1,
          rawSql: panelSql(panel),
        },
      ],
    };
  });
  return {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: ['keytrail'],
    timezone: 'utc',
    schemaVersion: 39,
    editable: false,
    refresh: '',
    time: { from: 'now-7d', to: 'now' },
    templating: { list: dashboard.credential ? [credentialVariable()] : [] },
    links: [{ title: 'Keytrail', type: 'dashboards', tags: ['keytrail'], asDropdown: true, keepTime: true }],
    panels,
  };
}

/** The list of credentials to choose from, busiest first. */
function credentialVariable(): object {
  const rawSql =
    'SELECT lineage FROM keytrail.credentials GROUP BY lineage ORDER BY sum(events) DESC LIMIT 5000';
  return {
    name: 'lineage',
    label: 'Credential',
    type: 'query',
    datasource: DATASOURCE,
    definition: rawSql,
    query: { rawSql, editorType: 'sql', queryType: 'table', format: 1, refId: 'lineage' },
    refresh: 1,
    sort: 0,
    multi: false,
    includeAll: false,
  };
}

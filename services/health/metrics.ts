// The figures as Prometheus metrics, one definition each. Names and labels are what dashboards and alerts are built on: they stay.

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Figures, NeighbourFigures } from './figures.ts';
import type { HealthReport } from './health.ts';

type Labels = Record<string, string>;
type Value = number | null | undefined;

interface Metric {
  name: string;
  help: string;
  labels?: readonly string[];
  /** One value, or one per set of labels; what is not known is left out. */
  read: (report: HealthReport) => Value | readonly (readonly [Labels, Value])[];
}

const seconds = (now: number, at: number | null | undefined): Value =>
  at === null || at === undefined ? null : Math.max(0, now - at) / 1000;

const judged = (
  name: string,
  help: string,
  read: (j: NonNullable<Figures['judging']>) => number,
): Metric => ({
  name,
  help,
  read: ({ figures }) => (figures.judging ? read(figures.judging) : null),
});

const METRICS: readonly Metric[] = [
  { name: 'keytrail_lines_total', help: 'lines read', read: ({ figures }) => figures.lines },
  judged('keytrail_events_total', 'events judged', (j) => j.events),
  judged('keytrail_duplicates_total', 'events that had been judged before', (j) => j.duplicates),
  judged('keytrail_findings_total', 'findings', (j) => j.findings),
  judged('keytrail_judging_failures_total', 'events a detector failed on, stored unjudged', (j) => j.failed),
  judged('keytrail_late_events_total', 'events too late to learn from', (j) => j.late),
  judged(
    'keytrail_quarantined_events_total',
    'events of suspected credentials, not learned from',
    (j) => j.quarantined,
  ),
  judged('keytrail_credentials', 'credentials in memory', (j) => j.credentials),
  judged('keytrail_evictions_total', 'credentials moved out of memory into the store', (j) => j.evictions),
  judged('keytrail_state_bytes', 'bytes of what is learned, in memory', (j) => j.stateBytes),
  judged('keytrail_open_incidents', 'incidents open now', (j) => j.openIncidents),
  judged('keytrail_checkpoints_total', 'checkpoints', (j) => j.checkpoints),
  {
    name: 'keytrail_last_checkpoint_age_seconds',
    help: 'since the last checkpoint (commit)',
    read: ({ figures: { judging, now } }) => seconds(now, judging?.lastCheckpointAt),
  },
  {
    name: 'keytrail_checkpoint_wait_seconds',
    help: 'since when what was judged waits to become durable; 0 when nothing does',
    read: ({ figures: { judging, now } }) => judging && (seconds(now, judging.waitingSince) ?? 0),
  },
  {
    name: 'keytrail_consumer_lag',
    help: 'events in the partition that are not durable, of the partitions of this process',
    labels: ['partition'],
    read: ({ figures }) =>
      figures.kafka?.partitions.map((one) => [{ partition: String(one.partition) }, one.waiting] as const),
  },
  {
    name: 'keytrail_consumer_lag_seconds',
    help: 'how long ago the first of them came, at least',
    labels: ['partition'],
    read: ({ figures }) =>
      figures.kafka?.partitions.map(
        (one) => [{ partition: String(one.partition) }, one.behindMs / 1000] as const,
      ),
  },
  {
    name: 'keytrail_rejected_total',
    help: 'input that could not be read (dead letters), by reason',
    labels: ['reason'],
    read: ({ figures }) =>
      Object.entries(figures.rejected ?? {}).map(([reason, count]) => [{ reason }, count] as const),
  },
  {
    name: 'keytrail_gateway_event_age_seconds',
    help: 'since events of the gateway last came, by the clock and not by the time in them',
    labels: ['gateway'],
    read: ({ figures: { gateways = [], now } }) =>
      gateways.map(({ gateway, lastAt }) => [{ gateway }, seconds(now, lastAt)] as const),
  },
  {
    name: 'keytrail_outbox_pending',
    help: 'webhook deliveries that wait, of all processes',
    labels: ['destination'],
    read: ({ figures: { outbox = [] } }) =>
      outbox.map(({ destination, pending }) => [{ destination }, pending] as const),
  },
  {
    name: 'keytrail_outbox_oldest_seconds',
    help: 'how long the oldest of them has waited',
    labels: ['destination'],
    read: ({ figures: { outbox = [], now } }) =>
      outbox.map(({ destination, oldestAt }) => [{ destination }, seconds(now, oldestAt) ?? 0] as const),
  },
  {
    name: 'keytrail_deliveries_total',
    help: 'webhook deliveries that were answered with 2xx',
    read: ({ figures }) => figures.deliveries?.delivered,
  },
  {
    name: 'keytrail_delivery_failures_total',
    help: 'webhook delivery attempts that failed',
    read: ({ figures }) => figures.deliveries?.failed,
  },
  {
    name: 'keytrail_deliveries_dead',
    help: 'webhook deliveries given up',
    read: ({ figures }) => figures.deliveries?.dead,
  },
  {
    name: 'keytrail_last_hunt_age_seconds',
    help: 'since all hunts that were due were last run',
    read: ({ figures: { lastHuntAt, now } }) => seconds(now, lastHuntAt),
  },
  {
    name: 'keytrail_neighbour_up',
    help: '1 when the server answers, 0 when it does not',
    labels: ['neighbour'],
    read: ({ figures: { store, kafka } }) => [
      [{ neighbour: 'clickhouse' }, isUp(store)] as const,
      ...(kafka ? [[{ neighbour: 'kafka' }, isUp(kafka)] as const] : []),
    ],
  },
  {
    name: 'keytrail_disk_free_bytes',
    help: 'free space of ClickHouse’s disks',
    labels: ['disk'],
    read: ({ figures }) => figures.store.disks.map(({ disk, free }) => [{ disk }, free] as const),
  },
  {
    name: 'keytrail_problems',
    help: 'what /healthz tells in words, by name',
    labels: ['name', 'level'],
    read: ({ problems }) => {
      const counts = new Map<string, [Labels, number]>();
      for (const { name, level } of problems) {
        const entry = counts.get(name) ?? [{ name, level }, 0];
        entry[1]++;
        counts.set(name, entry);
      }
      return [...counts.values()];
    },
  },
];

const isUp = ({ trouble }: NeighbourFigures): number => (trouble === null ? 1 : 0);

export interface Metrics {
  readonly contentType: string;
  text(report: HealthReport): Promise<string>;
}

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const build = new Gauge({
    name: 'keytrail_build_info',
    help: 'the version, as a label',
    labelNames: ['version', 'service'],
    registers: [registry],
  });
  const instruments = METRICS.map((metric) => {
    const options = { ...metric, labelNames: [...(metric.labels ?? [])], registers: [registry] };
    return { metric, instrument: metric.name.endsWith('_total') ? new Counter(options) : new Gauge(options) };
  });
  return {
    contentType: registry.contentType,
    async text(report) {
      build.set({ version, service: report.figures.service }, 1);
      for (const { metric, instrument } of instruments) {
        // Counted elsewhere: what is told is the count, not a difference. Without labels, 0 is set again below.
        instrument.reset();
        const value = metric.read(report) ?? [];
        const values = typeof value === 'number' ? [[{}, value] as const] : value;
        for (const [labels, one] of values) if (typeof one === 'number') instrument.inc(labels, one);
        if (values.length === 0 && metric.labels === undefined) instrument.remove();
      }
      return await registry.metrics();
    },
  };
}

// Which problems follow from the figures of a process. Pure: the same figures give the same problems.
// Always holds: what only follows from another problem is not reported beside it (no silent gateways while Kafka is away).

import type { DiskFigures, Figures, JudgingFigures, NeighbourFigures, OutboxFigures } from './figures.ts';
import { bytesInWords, counted, type Problem, reasonsInWords, spanInWords, whole } from './problem.ts';

export interface Limits {
  /** Silence of a gateway after which it is reported; 0 never. */
  silentMinutes: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** A neighbour may miss a look or be restarted without anybody being told. */
const AWAY_MS = 5 * SECOND;
/** A checkpoint is due after 2 s; an outage of the store is waited out in steps of up to 10 s. */
const STUCK_MS = 60 * SECOND;
const BEHIND_MS = 5 * MINUTE;
const IDLE_MS = 2 * MINUTE;
const OUTBOX_MS = 15 * MINUTE;
/** Hunts run every ten minutes. */
const HUNT_MS = 30 * MINUTE;
/** Share of unreadable lines, and least number of them, worth a word. */
const REJECTED = { share: 0.01, least: 20 };
const DISK = { warn: 0.1, fail: 0.02 };

export function problemsOf(figures: Figures, limits: Limits): Problem[] {
  const away = [...storeAway(figures), ...kafkaAway(figures)];
  const { store, judging, outbox } = figures;
  return [
    ...away,
    ...store.disks.flatMap(diskProblems),
    ...(judging && away.length === 0 ? stuck(judging, figures.now) : []),
    ...(figures.kafka && away.length === 0 ? consuming(figures) : []),
    ...(away.length === 0 ? silentProblems(figures, limits.silentMinutes) : []),
    ...(judging ? quality(judging, figures.rejected ?? {}) : []),
    ...(outbox ?? []).flatMap((one) => outboxProblems(one, figures)),
    ...hunts(figures),
    ...detectors(figures),
  ];
}

function isAway(neighbour: NeighbourFigures, now: number): boolean {
  return neighbour.troubleSince !== null && now - neighbour.troubleSince >= AWAY_MS;
}

function storeAway({ store, now, service }: Figures): Problem[] {
  if (!isAway(store, now)) return [];
  const meanwhile = {
    detect: 'consumption pauses and goes on by itself',
    up: 'senders are answered 503 and files wait',
    deliver: 'deliveries wait in the outbox',
    hunt: 'windows are made up for later',
  }[service];
  return [
    {
      name: 'store-away',
      level: 'fail',
      about: '',
      what: `ClickHouse at ${store.place} has not answered for ${spanInWords(now - store.troubleSince!)}: ${store.trouble}`,
      next: `check that it runs, has disk space and takes the login; until then ${meanwhile}, nothing is lost`,
    },
  ];
}

function kafkaAway({ kafka, now }: Figures): Problem[] {
  if (kafka === undefined || !isAway(kafka, now)) return [];
  return [
    {
      name: 'kafka-away',
      level: 'fail',
      about: '',
      what: `Kafka at ${kafka.place} has not answered for ${spanInWords(now - kafka.troubleSince!)}: ${kafka.trouble}`,
      next: 'check that a broker runs and can be reached from here (kafka.brokers, its advertised.listeners); judging goes on by itself',
    },
  ];
}

export function diskProblems({ disk: name, free, total }: DiskFigures): Problem[] {
  if (total === 0 || free / total >= DISK.warn) return [];
  return [
    {
      name: 'disk-full',
      level: free / total < DISK.fail ? 'fail' : 'warn',
      about: name,
      what: `ClickHouse’s disk ${name} has ${bytesInWords(free)} of ${bytesInWords(total)} left`,
      next: 'make room, or lower clickhouse.retentionDays; when it is full, inserts are refused and judging waits',
    },
  ];
}

function stuck({ waitingSince, lastCheckpointAt }: JudgingFigures, now: number): Problem[] {
  if (waitingSince === null || now - waitingSince < STUCK_MS) return [];
  const last =
    lastCheckpointAt === null
      ? 'there was none since the start'
      : `the last was ${spanInWords(now - lastCheckpointAt)} ago`;
  return [
    {
      name: 'checkpoint-stuck',
      level: 'fail',
      about: '',
      what: `events have waited ${spanInWords(now - waitingSince)} for a checkpoint; ${last}`,
      next: 'look in the log for what ClickHouse refuses; restart this process when it says nothing',
    },
  ];
}

function consuming({ kafka, judging, now, startedAt }: Figures): Problem[] {
  const { partitions } = kafka!;
  if (partitions.length === 0)
    return now - startedAt < IDLE_MS
      ? []
      : [
          {
            name: 'no-partitions',
            level: 'warn',
            about: '',
            what: 'this process has no partition of the events topic, so it judges nothing',
            next: 'it stands by for another; if it should work, the topic needs more partitions than there are detect processes',
          },
        ];
  const late = partitions.filter(({ behindMs }) => behindMs >= BEHIND_MS);
  if (late.length === 0) return [];
  const behind = Math.max(...late.map(({ behindMs }) => behindMs));
  const waiting = partitions.reduce((sum, one) => sum + one.waiting, 0);
  // Nothing judged and nothing waiting here, though the topic has events: they are not being read.
  const idle = judging?.waitingSince === null && now - (judging.lastCheckpointAt ?? startedAt) > BEHIND_MS;
  const where = `${whole(waiting)} events wait in ${late.length === 1 ? `partition ${late[0]!.partition}` : `${late.length} partitions`}`;
  return [
    {
      name: idle ? 'not-consuming' : 'behind',
      level: idle ? 'fail' : 'warn',
      about: '',
      what: `judging is at least ${spanInWords(behind)} behind: ${where}`,
      next: idle
        ? 'nothing is read from Kafka: look in the log for “consumer crashed”, restart this process when it says nothing'
        : 'start another keytrail detect (up to the number of partitions), or see whether ClickHouse is slow',
    },
  ];
}

export function silentProblems(
  { gateways = [], now }: Pick<Figures, 'gateways' | 'now'>,
  silentMinutes: number,
): Problem[] {
  if (silentMinutes === 0) return [];
  return gateways
    .filter(({ lastAt }) => now - lastAt >= silentMinutes * MINUTE)
    .map(
      ({ gateway, lastAt }): Problem => ({
        name: 'gateway-silent',
        level: 'warn',
        about: gateway,
        what: `no events from gateway ${gateway} for ${whole((now - lastAt) / MINUTE)} minutes`,
        next: 'check that it still logs and that its log shipper sends; if it may be quiet for so long, raise health.silentMinutes',
      }),
    );
}

function quality(judging: JudgingFigures, rejected: Readonly<Record<string, number>>): Problem[] {
  const { lastHour, failed, credentials } = judging;
  const out = deadLetterProblems(lastHour, `since the start: ${reasonsInWords(rejected)}`);
  if (failed > 0)
    out.push({
      name: 'judging-failed',
      level: 'warn',
      about: '',
      what: `a detector failed on ${counted(failed, 'event')} since the start; they are stored unjudged`,
      next: 'the log has “a detector failed on an event” with the cause: report it as a bug; switch the detector off meanwhile if it goes on',
    });
  if (credentials > 0 && lastHour.evictions > credentials)
    out.push({
      name: 'evictions',
      level: 'warn',
      about: '',
      what: `${whole(lastHour.evictions)} credentials were moved out of memory in the last hour, more than the ${whole(credentials)} it holds`,
      next: 'they come back from ClickHouse when they call, which costs time: share the load among more detect processes',
    });
  return out;
}

/** @param reasons in words */
export function deadLetterProblems(
  { events, rejected }: { events: number; rejected: number },
  reasons: string,
): Problem[] {
  const lines = events + rejected;
  if (rejected < REJECTED.least || rejected < lines * REJECTED.share) return [];
  return [
    {
      name: 'dead-letters',
      level: 'warn',
      about: '',
      what: `${whole(rejected)} of ${counted(lines, 'line')} in the last hour could not be read (${reasons})`,
      next: 'dashboards/queries/dead-letters-by-reason.sql shows them; correct ingest.format or ingest.mapping and send the input again',
    },
  ];
}

export function outboxProblems(
  outbox: OutboxFigures,
  { now, service }: { now: number; service: Figures['service'] | null },
): Problem[] {
  const { destination, configured, pending, oldestAt, lastError, dead } = outbox;
  const out: Problem[] = [];
  if (pending > 0 && oldestAt !== null && now - oldestAt >= OUTBOX_MS) {
    const sender = service === 'up' ? '' : ' and that keytrail deliver runs';
    out.push({
      name: 'outbox-old',
      level: 'warn',
      about: destination,
      what: `${whole(pending)} webhook deliveries to ${destination} wait, the oldest for ${spanInWords(now - oldestAt)}${lastError === '' ? '' : `; last answer: ${lastError}`}`,
      next: configured
        ? `check that the receiver answers with 2xx${sender}; they are sent in order when it does`
        : `no webhook is named ${destination} in keytrail.yaml, so nobody sends them: name one so again, or let them expire`,
    });
  }
  if (dead > 0)
    out.push({
      name: 'deliveries-dead',
      level: 'warn',
      about: destination,
      what: `${counted(dead, 'webhook delivery').replace(/deliverys$/, 'deliveries')} to ${destination} given up within a day${lastError === '' ? '' : `; last answer: ${lastError}`}`,
      next: 'mend the receiver, then keytrail deliver --redeliver ID for each (docs/webhooks.md lists them)',
    });
  return out;
}

function hunts({ lastHuntAt, now, startedAt }: Figures): Problem[] {
  if (lastHuntAt === undefined || now - (lastHuntAt ?? startedAt) < HUNT_MS) return [];
  return [
    {
      name: 'hunts-late',
      level: 'warn',
      about: '',
      what: `no hunt was finished for ${spanInWords(now - (lastHuntAt ?? startedAt))}; they run every 10 min`,
      next: 'after downtime they make up for what was missed, so wait for it; else look in the log for “a scheduled job failed”',
    },
  ];
}

function detectors({ detectors: state, configProblem }: Figures): Problem[] {
  const out: Problem[] = [];
  if (configProblem)
    out.push({
      name: 'config-refused',
      level: 'warn',
      about: '',
      what: `the configuration file on disk is refused, the thresholds before stay in force: ${configProblem}`,
      next: 'mend the file; keytrail config FILE names every problem',
    });
  if (state !== undefined && state.off.length > 0)
    out.push({
      name: 'detectors-off',
      level: 'warn',
      about: '',
      what: `${state.off.join(', ')} ${state.off.length === 1 ? 'is' : 'are'} off for everybody: what only they see goes unseen`,
      next: 'docs/detectors.md says what that is; prefer an override with a scope and an expiry to enabled: false',
    });
  if (state !== undefined && state.misCalibrated.length > 0)
    out.push({
      name: 'detectors-mis-calibrated',
      level: 'warn',
      about: '',
      what: `the evidence of ${state.misCalibrated.join(', ')} is stronger on ordinary days than chance allows`,
      next: 'see “When a detector is mis-calibrated” in docs/operations.md',
    });
  return out;
}

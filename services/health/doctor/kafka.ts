// What the doctor asks Kafka: does it answer, are the topics there, who consumes them and how much waits.

import type { Bus } from '../../bus/bus.ts';
import { openBus } from '../../bus/open.ts';
import type { Settings } from '../../config.ts';
import type { Logger } from '../../logger.ts';
import { within } from '../deadline.ts';
import { counted, spanInWords, whole } from '../problem.ts';
import { checked, DEADLINE_MS, fail, ok, type Row, warn } from './check.ts';

/** No checkpoint for so long while events wait: they are not being judged. */
const STUCK_MS = 60_000;
/** The doctor does not wait out an outage. */
const RETRIES = 2;

/** @param lastCheckpoint when anything was last made durable (ms), null when never, undefined when the store does not say */
export async function checkKafka(
  settings: Settings,
  logger: Logger,
  lastCheckpoint: Promise<number | null | undefined>,
): Promise<Row[]> {
  const { brokers } = settings.kafka;
  if (brokers.length === 0)
    return [ok('Kafka', 'not configured: keytrail up needs none; for the services set KAFKA_BROKERS')];
  const next = 'start a broker or mend the way to it; until then nothing is taken in, and nothing is lost';
  const who = brokers.join(', ');
  let bus: Bus | null = null;
  const reached = await checked('Kafka', { next, who }, async () => {
    bus = await openBus(settings, logger, { retries: RETRIES });
    return [ok('Kafka', `answers at ${who}`)];
  });
  // Typed anew: the compiler does not see the assignment within.
  const open = bus as Bus | null;
  if (open === null) return reached;
  try {
    const [topics, groups] = await Promise.all([
      checked('Kafka topics', { next: 'grant this login Describe on the topics' }, () =>
        topicRows(open, settings),
      ),
      checked('Kafka groups', { next: 'grant this login Describe on topics and groups' }, () =>
        groupRows(open, settings, lastCheckpoint),
      ),
    ]);
    return [...reached, ...topics, ...groups];
  } finally {
    await within(DEADLINE_MS, () => open.close()).catch(() => undefined);
  }
}

const topicsOf = ({ kafka, ingest }: Settings): string[] => [
  kafka.topics.events,
  kafka.topics.deadLetters,
  ...(ingest.topic === undefined ? [] : [ingest.topic]),
];

async function topicRows(bus: Bus, settings: Settings): Promise<Row[]> {
  const there = new Set(await bus.topics());
  const wanted = topicsOf(settings);
  const missing = wanted.filter((name) => !there.has(name));
  if (missing.length === 0) return [ok('Kafka topics', wanted.join(', '))];
  return [
    warn(
      'Kafka topics',
      `${missing.join(', ')} ${missing.length === 1 ? 'does' : 'do'} not exist`,
      'keytrail ingest and detect make them when they start, if their login may; or make them yourself (docs/deploy.md)',
    ),
  ];
}

async function groupRows(
  bus: Bus,
  settings: Settings,
  lastCheckpoint: Promise<number | null | undefined>,
): Promise<Row[]> {
  const { group, topics } = settings.kafka;
  const there = new Set(await bus.topics());
  const rows: Row[] = [];
  // ClickHouse may hang; what Kafka knows is told all the same.
  const last = await within(DEADLINE_MS / 2, () => lastCheckpoint).catch(() => undefined);
  if (there.has(topics.events)) rows.push(await detectRow(bus, settings, last));
  const others = [
    { name: `${group}-dead-letters`, topic: topics.deadLetters, process: 'detect' },
    ...(settings.ingest.topic === undefined
      ? []
      : [{ name: `${group}-ingest`, topic: settings.ingest.topic, process: 'ingest' }]),
  ].filter(({ topic }) => there.has(topic));
  for (const { name, topic, process } of others) {
    const [members, waiting] = [await bus.members(name), await bus.lag(name, topic)];
    const what = `${counted(members, 'consumer')} of ${topic}, ${counted(waiting, 'message')} wait`;
    rows.push(
      members === 0 && waiting > 0
        ? fail(`group ${name}`, what, `start keytrail ${process}; what waits is read then`)
        : ok(`group ${name}`, what),
    );
  }
  return rows;
}

async function detectRow(
  bus: Bus,
  { kafka: { group, topics } }: Settings,
  lastCheckpoint: number | null | undefined,
): Promise<Row> {
  const members = await bus.members(group);
  const places = [...(await bus.progress(group, topics.events)).values()];
  const waiting = places.reduce((sum, { at, end }) => sum + end - at, 0);
  const age = typeof lastCheckpoint === 'number' ? Date.now() - lastCheckpoint : null;
  const last =
    age === null
      ? lastCheckpoint === null
        ? 'no checkpoint yet'
        : 'last checkpoint not known'
      : `last checkpoint ${spanInWords(age)} ago`;
  const what = `${counted(members, 'consumer')} of ${topics.events} (${counted(places.length, 'partition')}), ${whole(waiting)} events wait, ${last}`;
  const check = `group ${group}`;
  if (members === 0)
    return waiting > 0
      ? fail(check, what, 'start keytrail detect; what waits is judged then, in its own order')
      : warn(check, what, 'start keytrail detect: nothing is judged while none runs');
  if (waiting > 0 && age !== null && age >= STUCK_MS)
    return fail(
      check,
      what,
      'events wait and nothing becomes durable: ask /healthz of each detect (health.ports), look in its log',
    );
  return ok(check, what);
}

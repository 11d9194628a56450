// `npm run bench:service`: `detect` as it runs, over a real Kafka broker and a real ClickHouse server: CPU time of an event from Kafka
// until its offset is committed, as a ratio to JSON.parse of the same bytes; two processes against one; and how long a webhook takes.
// All share the machine, so what several processes reach on the wall clock is limited by its cores.

import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { startBroker } from '../kafka/broker.ts';
import { change, compare, readBaseline, saveBaseline } from './measure/baseline.ts';
import { machine, rounded } from './measure/cpu.ts';
import { type Latency, latency } from './measure/service-latency.ts';
import { type Throughput, throughput } from './measure/service-throughput.ts';

const HELP = `npm run bench:service -- [options]

  --events 400000       events in the topic before detection starts
  --credentials 10000   credentials they are of
  --seconds 40          of traffic in which the time to the webhook is measured
  --share 0.7           of the measured rate of one process, that this traffic is offered at
  --rate N              offer N events a second instead
  --only throughput|two|latency
  --profile DIR         write CPU profiles of the throughput runs' processes there
  --json                figures as JSON on stdout
  --save                make the ratio of this run the committed one (test/bench/baseline.json)

Needs Linux, and Java 17 and Maven or a broker in KAFKA_BROKERS.

  npm run bench:service -- --json
  npm run bench:service -- --only latency --rate 5000`;

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '400000' },
    credentials: { type: 'string', default: '10000' },
    seconds: { type: 'string', default: '40' },
    share: { type: 'string', default: '0.7' },
    rate: { type: 'string' },
    profile: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

interface Report {
  one: Throughput | null;
  two: Throughput | null;
  latency: Latency | null;
}

function onProgress(said: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${said}`);
}

async function measure(): Promise<Report> {
  const broker = await startBroker();
  if (broker === null)
    throw new Error('there is no Kafka broker: install Java 17+ and Maven, or set KAFKA_BROKERS');
  try {
    const wants = (part: string): boolean => values.only === '' || values.only === part;
    const { profile } = values;
    const load = {
      events: Number(values.events),
      credentials: Number(values.credentials),
      profile,
      onProgress,
    };
    const needsRate = wants('latency') && values.rate === undefined;
    const one =
      wants('throughput') || wants('two') || needsRate
        ? await throughput(broker, { ...load, processes: 1 })
        : null;
    const two = wants('two') ? await throughput(broker, { ...load, processes: 2 }) : null;
    const eventsPerSecond =
      values.rate === undefined ? (one?.eventsPerSecond ?? 0) * Number(values.share) : Number(values.rate);
    return {
      one,
      two,
      latency: wants('latency')
        ? await latency(broker, { ...load, eventsPerSecond, seconds: Number(values.seconds) })
        : null,
    };
  } finally {
    await broker.close();
    onProgress('');
  }
}

const ratioOf = ({ parseNs, detectNs }: Throughput): number => rounded(parseNs / detectNs, 3);

function figures({ one, two, latency: times }: Report) {
  const of = (run: Throughput | null) =>
    run && {
      ratio: ratioOf(run),
      processes: run.processes,
      events: run.events,
      bytes_per_event: run.bytesPerEvent,
      parse_ns: Math.round(run.parseNs),
      detect_cpu_ns: Math.round(run.detectNs),
      clickhouse_cpu_ns: Math.round(run.clickhouseNs),
      events_per_second: Math.round(run.eventsPerSecond),
      resident_mib: Math.round(run.residentBytes / 2 ** 20),
    };
  return {
    machine: machine(),
    credentials: Number(values.credentials),
    one: of(one),
    two: of(two),
    two_to_one: one && two && rounded(two.eventsPerSecond / one.eventsPerSecond),
    /** What two processes would give if they had cores of their own. */
    cpu_one_to_two: one && two && rounded((2 * one.detectNs) / two.detectNs),
    latency: times && {
      offered_per_second: times.offeredPerSecond,
      produced_per_second: times.producedPerSecond,
      webhooks: times.received,
      p50_ms: times.p50Ms,
      p99_ms: times.p99Ms,
      max_ms: times.maxMs,
      lag_at_end: times.lagAtEnd,
    },
  };
}

function table(report: ReturnType<typeof figures>): string {
  const out = new Table({ head: ['', 'measured', 'goal', 'committed'], style: { head: [], border: [] } });
  const { one, two, latency: times } = report;
  if (one !== null) {
    const [compared] = compare({ service: one.ratio }, readBaseline('service'), 0);
    const committed = compared?.before === undefined ? '' : `${compared.before} (${change(compared)})`;
    out.push(['JSON.parse / CPU of detect, per event', one.ratio, '0.35', committed]);
    out.push(['CPU of detect', `${one.detect_cpu_ns} ns/event`, '', '']);
    out.push(['CPU of ClickHouse', `${one.clickhouse_cpu_ns} ns/event`, '', '']);
    out.push(['events a second, one process', one.events_per_second, '', '']);
  }
  if (two !== null) {
    out.push(['events a second, two processes', two.events_per_second, '', '']);
    out.push([
      `two to one, on ${report.machine.cores} cores with both servers`,
      report.two_to_one,
      '1.7',
      '',
    ]);
    out.push(['two to one, by CPU time alone', report.cpu_one_to_two, '1.7', '']);
  }
  if (times !== null) {
    out.push([
      'events a second, offered / produced',
      `${times.offered_per_second} / ${times.produced_per_second}`,
      '',
      '',
    ]);
    out.push(['events not committed when the last was produced', times.lag_at_end, '', '']);
    out.push(['event → webhook, p50', `${times.p50_ms} ms`, '', '']);
    out.push([`event → webhook, p99 of ${times.webhooks}`, `${times.p99_ms} ms`, '1000 ms', '']);
  }
  return out.toString();
}

if (values.help) process.stdout.write(`${HELP}\n`);
else {
  const report = figures(await measure());
  if (values.save && report.one !== null) saveBaseline('service', { service: report.one.ratio });
  process.stdout.write(`${values.json ? JSON.stringify(report) : table(report)}\n`);
}

// `npm run chaos`: the ledger test in full. Prints what was lost or repeated; exits 1 when anything was.

import { parseArgs } from 'node:util';
import { startBroker } from '../kafka/broker.ts';
import { chaos, type Outcome } from './chaos.ts';
import { problems } from './ledger.ts';

const HELP = `npm run chaos -- [options]

  --kills 100      times a detector is killed with kill -9 (half before several partitions, half on one)
  --outages 3      times ClickHouse and the broker are killed, each, and started again
  --seed 1         of the traffic and of the plan
  --json           results as JSON on stdout

Needs Java 17 and Maven, or a broker in KAFKA_BROKERS, which then is not killed.`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    outages: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const broker = await startBroker();
if (broker === null) process.exit(1);
const results: Result[] = [];
try {
  for (const partitions of [1, 4]) {
    const kills =
      partitions === 1 ? Math.ceil(Number(values.kills) / 2) : Math.floor(Number(values.kills) / 2);
    const result = await chaos(broker, {
      seed: Number(values.seed),
      kills,
      outages: Number(values.outages),
      partitions,
      quiet: 45_000,
      batch: 300,
      onProgress: (said) => process.stderr.write(`${partitions} partition(s): ${said}\n`),
    });
    results.push({ partitions, ...result, problems: problems(result.ledger) });
    if (!values.json) process.stdout.write(words(results.at(-1)!));
  }
} finally {
  await broker.close();
}
if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
process.exitCode = results.every(({ problems: wrong }) => wrong.length === 0) ? 0 : 1;

interface Result extends Outcome {
  partitions: number;
  problems: string[];
}

function words({ partitions, kills, outages, seconds, ledger, problems: wrong }: Result): string {
  const { events, findings, incidents, baselines } = ledger;
  return (
    `${partitions} partition(s), ${kills} kills, ${outages} outages of each server, ${seconds} s\n` +
    `  events     ${events.produced} produced, ${events.stored} stored, ${events.distinct} distinct\n` +
    `  findings   ${findings.stored} stored, ${findings.distinct} distinct, ${findings.expected} expected\n` +
    `  incidents  ${incidents.expected} expected, ${incidents.same} with the same end, ${incidents.equal} equal to the byte\n` +
    `  baselines  ${baselines.expected} credentials, ${baselines.equal} as undisturbed\n` +
    `  ${wrong.length === 0 ? 'nothing lost, nothing twice' : wrong.join('; ')}\n`
  );
}

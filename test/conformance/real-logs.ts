// npm run real-logs: `keytrail scan` over real third-party logs, and what it says of each. KEYTRAIL_CORPORA names the folder that
// holds them; nothing of it is copied. The judgement of each incident is in docs/real-logs.md.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Incident } from '../../schemas/incident.ts';
import { corporaFolder, names, readText } from './corpora.ts';

interface Log {
  corpus: string;
  name: string;
  lines: string[];
  format: string;
}

const folder = corporaFolder();
if (folder === null) {
  process.stderr.write('real-logs: set KEYTRAIL_CORPORA to the folder of the logs\n');
  process.exit(2);
}

/** One log per source; CloudTrail records are taken out of their wrapping, CSV rows become objects. */
function* logs(root: string): Generator<Log> {
  const lines = (text: string | null): string[] =>
    (text ?? '').split('\n').filter((line) => line.trim() !== '');
  yield {
    corpus: 'accesslog-elastic',
    name: 'apache_logs',
    format: 'combined',
    lines: lines(readText(root, 'accesslog-elastic', 'apache_logs.log')),
  };
  const events = lines(readText(root, 'cloudtrail-otrf', 'events.jsonl')).map(
    (line) => JSON.parse(line) as { file: string; event: object },
  );
  for (const file of new Set(events.map((one) => one.file)))
    yield {
      corpus: 'cloudtrail-otrf',
      name: file,
      format: 'cloudtrail',
      lines: events.filter((one) => one.file === file).map(({ event }) => JSON.stringify(event)),
    };
  yield {
    corpus: 'cloudtrail-otrf',
    name: 'HoneyBucketLogs',
    format: 'generic',
    lines: honeyBucket(readText(root, 'cloudtrail-otrf', 'AWS_S3_HoneyBucketLogs.csv') ?? ''),
  };
  for (const name of names(root, 'crowdsec-hub-tests')) {
    const log = names(root, 'crowdsec-hub-tests', name).find((one) => one.endsWith('.log'));
    if (log)
      yield {
        corpus: 'crowdsec-hub-tests',
        name,
        format: 'auto',
        lines: lines(readText(root, 'crowdsec-hub-tests', name, log)),
      };
  }
}

/** Columns in the order of the file's head: call, request, caller, parameters, time, address, agent. */
function honeyBucket(csv: string): string[] {
  const [head, ...rows] = csv
    .split('\n')
    .filter((row) => row !== '')
    .map(cells);
  const at = (name: string): number => head!.indexOf(name);
  return rows.map((row) => {
    const bucket = /'bucketName': '([^']+)'/.exec(row[at('Request Parameters')] ?? '')?.[1] ?? '';
    return JSON.stringify({
      timestamp: row[at('Event DateTime')],
      client_ip: row[at('Source IP')],
      method: 'GET',
      path: `/${bucket}/${row[at('Event Name')]}`,
      // The file does not say how the calls ended; all came from callers without an account.
      status: 200,
      user_agent: row[at('Request User Agent')],
      request_id: row[at('Request ID')],
    });
  });
}

function cells(row: string): string[] {
  return [...row.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted ?? plain ?? '').replaceAll('""', '"'),
  );
}

/** As a user would run it. */
function judged(log: Log, directory: string): { events: number; incidents: readonly Incident[] } {
  const path = join(directory, `${log.name.replace(/\W/g, '-')}.log`);
  writeFileSync(path, `${log.lines.join('\n')}\n`);
  const command = [
    '--import',
    'tsx',
    'services/main.ts',
    'scan',
    '--format',
    log.format,
    '--json',
    '--summary-json',
    path,
  ];
  const env = { ...process.env, KEYTRAIL_DATA: directory };
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8', env });
  const summary = stderr.split('\n').findLast((line) => line.startsWith('{'));
  const { events } = summary ? (JSON.parse(summary) as { events: number }) : { events: 0 };
  const incidents = stdout.split('\n').filter((line) => line !== '');
  return { events, incidents: incidents.map((line) => JSON.parse(line) as Incident) };
}

const directory = mkdtempSync(join(tmpdir(), 'keytrail-real-'));
const table = new Table({
  head: ['log', 'lines', 'events', 'incidents', 'what'],
  style: { head: [], border: [] },
});
let total = 0;
for (const log of logs(folder)) {
  const { events, incidents } = judged(log, directory);
  total += incidents.length;
  table.push([
    `${log.corpus} ${log.name}`,
    log.lines.length,
    events,
    incidents.length,
    incidents.map((one) => `${one.detectors.join('+')} ${one.title}`).join('\n'),
  ]);
}
rmSync(directory, { recursive: true });
process.stdout.write(`${table.toString()}\n${total} incidents\n`);

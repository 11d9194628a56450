// `keytrail scan`: options, outputs and exit codes around scan.ts. Results go to stdout, everything else to stderr.

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { proxyRange } from '../../schemas/config.ts';
import { SEVERITIES, type Severity } from '../../schemas/finding.ts';
import { FORMATS } from '../../schemas/gateways/catalogue.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { ScanSummary } from '../../schemas/scan.ts';
import { formatProblem, loadSettings, type Settings, tuningOf } from '../config.ts';
import { EXIT, UsageError } from '../exit.ts';
import { readFactsFiles } from '../facts/read-facts.ts';
import { parseExtractors } from '../ingest/identify/extractors.ts';
import { loadHmacKey } from '../ingest/identify/hmac-key.ts';
import { openSourceFacts } from '../ingest/source/lookup.ts';
import { incidentTable } from './incident-table.ts';
import { type LineWriter, openLineWriter, scanCredentialOf, scanEventOf } from './outputs.ts';
import { printable } from './printable.ts';
import { createProgress } from './progress.ts';
import { type ScanResult, scan } from './scan.ts';

interface ScanFlags {
  format?: string;
  logFormat?: string;
  map?: Record<string, string>;
  identity?: string;
  trustedProxy?: string[];
  config?: string;
  json?: boolean;
  summaryJson?: boolean;
  failOn?: Severity;
  facts?: string[];
  credentials?: string;
  events?: string;
  routes?: string;
  verbose?: boolean;
}

const EXAMPLES = `
Examples:
  keytrail scan access.log
  keytrail scan --format combined --identity cookie:PHPSESSID,basic,client /var/log/nginx/access.log*
  keytrail scan --log-format '$remote_addr [$time_local] "$request" $status $body_bytes_sent $jwt_claim_sub' api.log
  kubectl logs deploy/kong | keytrail scan --json -
  keytrail scan --fail-on high --credentials who.ndjson kong.ndjson.gz

Exit codes: 0 ran, 1 failed, 2 wrong usage, 3 an incident of the --fail-on severity or above was found.`;

export function addScanCommand(program: Command): void {
  program
    .command('scan')
    .description('read gateway logs (plain, .gz, - for standard input) and report incidents; needs no server')
    .argument('<path...>', 'log files, several at once; - reads standard input')
    .addOption(
      new Option('-f, --format <name>', 'log format').choices([
        'auto',
        ...FORMATS.map((format) => format.name),
      ]),
    )
    .option(
      '--log-format <string>',
      'nginx log_format or Apache LogFormat string (implies --format combined)',
    )
    .option(
      '--map <ours=theirs>',
      'field mapping of the generic format, repeatable (implies --format generic)',
      collectMapping,
    )
    .option(
      '--identity <list>',
      'where the credential is, strongest first, e.g. cookie:PHPSESSID,basic,client',
    )
    .option('--trusted-proxy <cidr>', 'proxy whose X-Forwarded-For is believed, repeatable', collectProxy)
    .option('-c, --config <file>', 'keytrail.yaml with formats, identity and detector thresholds')
    .option(
      '--facts <file>',
      'inventory, revocations, declared jobs, canaries … (docs/facts.md), repeatable',
      (file: string, before: string[] = []) => [...before, file],
    )
    .option('--json', 'incidents as NDJSON on stdout, one a line')
    .option('--summary-json', 'counts as one JSON object on stdout (on stderr together with --json)')
    .addOption(
      new Option('--fail-on <severity>', 'exit 3 when such an incident or a worse one was found').choices(
        SEVERITIES,
      ),
    )
    .option('--credentials <file>', 'write one NDJSON line per credential, ranked by risk')
    .option('--events <file>', 'write the normalised events as NDJSON, secrets masked')
    .option('--routes <file>', 'write the learned routes with counts as NDJSON')
    .option('-v, --verbose', 'say on stderr which line was rejected and why')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: ScanFlags) => {
      process.exitCode = await runScan(paths, flags);
    });
}

async function runScan(paths: string[], flags: ScanFlags): Promise<number> {
  const settings = loadSettings(flags.config === undefined ? {} : { file: flags.config });
  checkFiles(paths, flags);
  const [events, credentials, routes] = await openOutputs([flags.events, flags.credentials, flags.routes]);
  const progress = createProgress({ stream: process.stderr, now: () => performance.now() });
  const interrupted = () => {
    progress.stop();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  let result: ScanResult;
  try {
    result = await scan({
      ...inputOptions(flags, settings),
      paths,
      tuning: tuningOf(settings),
      facts: readFactsFiles([...settings.facts, ...(flags.facts ?? [])]),
      now: () => performance.now(),
      onProgress: (state) => progress.update(state),
      ...(events ? { onEvent: (event) => events.write(scanEventOf(event)) } : {}),
      ...(flags.verbose
        ? {
            onRejection: (r) => progress.say(`${printable(r.position)}: ${r.reason}: ${printable(r.detail)}`),
          }
        : {}),
      onFormat: (path, format) => {
        if (!flags.format && !flags.logFormat && !flags.json && !flags.summaryJson)
          progress.say(`${printable(path)}: read as ${format}`);
      },
    });
  } finally {
    progress.stop();
    process.off('SIGINT', interrupted);
    await events?.close();
  }
  print(flags, result);
  await writeFiles({ credentials, routes }, result);
  return found(result.incidents, flags.failOn) ? EXIT.found : EXIT.ok;
}

function inputOptions(flags: ScanFlags, settings: Settings) {
  const { ingest } = settings;
  if (flags.logFormat && flags.map) throw new UsageError('--log-format and --map exclude each other');
  if (flags.logFormat === '')
    throw new UsageError('--log-format is empty; give the string of the gateway’s configuration');
  const logFormat = flags.logFormat ?? (flags.format ? undefined : ingest.logFormat);
  const mapping = flags.map ?? ingest.mapping;
  const implied = flags.logFormat ? 'combined' : flags.map ? 'generic' : undefined;
  if (flags.format && implied && flags.format !== implied) {
    throw new UsageError(
      `--format ${flags.format} does not go with ${flags.logFormat ? '--log-format' : '--map'}; use --format ${implied}`,
    );
  }
  const format = flags.format ?? implied ?? ingest.format;
  const problem = formatProblem({
    format,
    ...(logFormat === undefined ? {} : { logFormat }),
    ...(mapping === undefined ? {} : { mapping }),
  });
  if (problem !== null) throw new UsageError(problem);
  return {
    format,
    formatOptions: {
      ...(logFormat === undefined ? {} : { logFormat }),
      ...(mapping === undefined ? {} : { mapping }),
    },
    normaliser: {
      extractors: flags.identity === undefined ? settings.identity.extractors : parseIdentity(flags.identity),
      hmacKey: loadHmacKey(settings.dataDirectory),
      tenant: settings.tenant,
      environment: settings.environment,
      trustedProxies: flags.trustedProxy ?? ingest.trustedProxies,
    },
    sourceFiles: checkedSourceFiles(settings),
  };
}

/** Opened once to see that they can be used: the reader may open them in another thread. */
function checkedSourceFiles({ geo }: Settings) {
  const files = {
    ...(geo.asn === undefined ? {} : { asn: geo.asn }),
    ...(geo.country === undefined ? {} : { country: geo.country }),
  };
  openSourceFacts(files);
  return files;
}

function parseIdentity(text: string): string[] {
  try {
    return parseExtractors(text);
  } catch (error) {
    throw new UsageError(`--identity: ${(error as Error).message}`);
  }
}

/** An output must not be an input, or another output: opening it would destroy what is there. */
function checkFiles(paths: readonly string[], flags: ScanFlags): void {
  if (paths.filter((path) => path === '-').length > 1)
    throw new UsageError('standard input (-) can be read once only');
  const taken = new Map(paths.filter((path) => path !== '-').map((path) => [identityOf(path), path]));
  if (taken.size < paths.filter((path) => path !== '-').length)
    throw new UsageError('the same log file is named twice: its calls would count twice');
  for (const option of ['events', 'credentials', 'routes'] as const) {
    const path = flags[option];
    // A pipe or /dev/null holds nothing that could be overwritten.
    if (path === undefined || statSync(path, { throwIfNoEntry: false })?.isFile() === false) continue;
    const other = taken.get(identityOf(path));
    if (other !== undefined)
      throw new UsageError(`--${option} ${path} would overwrite ${other}; name another file`);
    taken.set(identityOf(path), path);
  }
}

/** Device and inode where the file exists, so that links and other spellings are seen through. */
function identityOf(path: string): string {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts?.isFile() ? `${facts.dev}:${facts.ino}` : resolve(path);
}

/** Opened before the scan, so that a wrong path does not cost its results. */
async function openOutputs(paths: readonly (string | undefined)[]): Promise<(LineWriter | null)[]> {
  const writers: (LineWriter | null)[] = [];
  for (const path of paths) writers.push(path === undefined ? null : await openLineWriter(path));
  return writers;
}

interface Outputs {
  credentials: LineWriter | null | undefined;
  routes: LineWriter | null | undefined;
}

async function writeFiles({ credentials, routes }: Outputs, result: ScanResult): Promise<void> {
  if (credentials) {
    const ranked = [...result.engine.credentials()].sort(
      (a, b) => b.risk - a.risk || (a.lineage < b.lineage ? -1 : 1),
    );
    await writeAll(credentials, ranked.map(scanCredentialOf));
  }
  if (routes)
    await writeAll(
      routes,
      [...result.routes].sort((a, b) => b.events - a.events),
    );
}

async function writeAll(writer: LineWriter, values: readonly unknown[]): Promise<void> {
  for (const value of values) await writer.write(value);
  await writer.close();
}

function print(flags: ScanFlags, { incidents, summary, engine }: ScanResult): void {
  const { evictions } = engine.statistics();
  if (evictions > 0)
    warn(
      `${evictions.toLocaleString('en')} credential(s) were forgotten for want of room and judged anew when they came back`,
    );
  if (flags.json) for (const incident of incidents) out(JSON.stringify(incident));
  if (flags.summaryJson) (flags.json ? warn : out)(JSON.stringify(summary));
  const told = flags.json || flags.summaryJson;
  if (!told) printReport(incidents, summary);
  warnOfRejections(summary, flags);
}

function printReport(incidents: readonly Incident[], summary: ScanSummary): void {
  if (incidents.length > 0)
    out(
      incidentTable(incidents, {
        columns: process.stdout.columns ?? 120,
        colour: process.stdout.hasColors?.() ?? false,
      }),
    );
  out(closingLine(summary));
}

/** Whatever form the results take, nobody may believe that a log was read when it was not. */
function warnOfRejections({ lines, events, rejected }: ScanSummary, flags: ScanFlags): void {
  const reasons = Object.entries(rejected).map(
    ([reason, count]) => `${count.toLocaleString('en')} ${reason}`,
  );
  if (reasons.length > 0)
    warn(`rejected: ${reasons.join(', ')}${flags.verbose ? '' : ' (--verbose names each line)'}`);
  if (lines > 0 && events === 0)
    warn('no line was understood: nothing was judged. Is it another --format? (keytrail formats)');
}

function closingLine(summary: ScanSummary): string {
  const number = (value: number) => value.toLocaleString('en');
  const span =
    summary.first_event_at === null
      ? 'no events'
      : `${summary.first_event_at.slice(0, 16)}Z to ${summary.last_event_at?.slice(0, 16)}Z`;
  return `${number(summary.incidents.total)} incident(s) in ${number(summary.events)} events by ${number(summary.credentials)} credentials on ${number(summary.routes)} routes; ${span}; ${summary.seconds.toFixed(1)} s`;
}

function found(incidents: readonly Incident[], failOn: Severity | undefined): boolean {
  if (failOn === undefined) return false;
  return incidents.some((incident) => SEVERITIES.indexOf(incident.severity) >= SEVERITIES.indexOf(failOn));
}

const out = (text: string) => process.stdout.write(`${text}\n`);
const warn = (text: string) => process.stderr.write(`${text}\n`);

function collectProxy(value: string, before: string[] | undefined): string[] {
  const range = proxyRange.safeParse(value);
  if (!range.success) throw new InvalidArgumentError(`expected ${range.error.issues[0]?.message}`);
  return [...(before ?? []), range.data];
}

function collectMapping(value: string, before: Record<string, string> | undefined): Record<string, string> {
  const at = value.indexOf('=');
  if (at < 1 || at === value.length - 1)
    throw new InvalidArgumentError('expected ours=theirs, such as at=timestamp');
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) };
}

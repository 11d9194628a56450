// `keytrail up`: what to read, where results go, and what a newcomer is told. Incidents go to stdout as they open;
// guidance and progress go to stderr.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Incident } from '../../schemas/incident.ts';
import { loadSettings, type Settings } from '../config.ts';
import { EXIT, UsageError } from '../exit.ts';
import { aborted, createLifecycle, type Lifecycle } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import { incidentTable } from '../scan/incident-table.ts';
import { printable } from '../scan/printable.ts';
import { createProgress } from '../scan/progress.ts';
import { SAMPLE } from './play.ts';
import { startUp, type Up } from './up.ts';

interface UpFlags {
  config?: string;
  data?: string;
  port?: number;
  once?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Examples:
  keytrail up                              plays the bundled sample day, then waits for your logs
  keytrail up -c keytrail.yaml             follows the files and receives the lines configured there
  keytrail up --once --json access.log     reads a file through everything, prints incidents, ends

Without a configuration file and without files, the bundled sample is played into a throw-away store.`;

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('run everything in one process tree with an embedded ClickHouse server')
    .argument('[path...]', 'log files to read once')
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .option('--data <dir>', 'data directory (default: keytrail in the user data home)')
    .option('--port <n>', 'port of the status page (default: 4680)', portOf)
    .option('--once', 'end when the input is done')
    .option('--json', 'incidents as NDJSON on stdout: each change, or with --once the final state of each')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: string[], flags: UpFlags) => {
      process.exitCode = await runUp(paths, flags);
    });
}

async function runUp(paths: string[], flags: UpFlags): Promise<number> {
  const configured = loadSettings(flags.config === undefined ? {} : { file: flags.config });
  if (paths.length === 0 && configured.file === null && flags.data !== undefined && flags.once)
    throw new UsageError('nothing to read once: name log files, or leave out --data to play the sample');
  const sample = paths.length === 0 && configured.file === null && flags.data === undefined;
  const logger = createLogger(configured.file === null ? 'warn' : configured.log.level);
  const lifecycle = createLifecycle(logger);
  const progress = createProgress({ stream: process.stderr, now: () => performance.now() });
  try {
    const settings = await withFlags(configured, { flags, sample, lifecycle });
    const up = await startUp({
      settings,
      playback: sample ? [SAMPLE] : paths,
      sources: sourcesOf(settings, paths, sample),
      live: !flags.once,
      onIncidents: flags.once ? () => {} : flags.json ? printJson : printChanges,
      onProgress: (state) => {
        const { events, openIncidents } = up.report();
        progress.update({ ...state, events, incidents: openIncidents });
      },
      logger,
      lifecycle,
    });
    if (!flags.json && !flags.once) say(welcome(up, settings, sample));
    const played = await up.played;
    progress.stop();
    if (lifecycle.failure !== null) return failed(lifecycle.failure);
    if (sample || paths.length > 0) await up.finish();
    if (flags.once) return report(up, { flags, rejected: played.rejected });
    if (!flags.json && (sample || paths.length > 0)) say(afterPlayback(up, played, sample));
    await aborted(lifecycle.signal);
    if (lifecycle.failure !== null) return failed(lifecycle.failure);
    await up.stop();
    return EXIT.ok;
  } finally {
    progress.stop();
    await lifecycle.close();
  }
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('expected a port from 0 to 65535');
  return port;
}

function failed(reason: string): number {
  say(`keytrail: ${printable(reason)}`);
  return EXIT.failed;
}

interface FlagContext {
  flags: UpFlags;
  sample: boolean;
  lifecycle: Lifecycle;
}

/** The sample must leave no trace in the user's own baselines: it gets a directory that is removed at the end. */
async function withFlags(settings: Settings, { flags, sample, lifecycle }: FlagContext): Promise<Settings> {
  const console = { ...settings.console, ...(flags.port === undefined ? {} : { port: flags.port }) };
  if (flags.data !== undefined) return { ...settings, console, dataDirectory: flags.data };
  if (!sample) return { ...settings, console };
  const dataDirectory = await mkdtemp(join(tmpdir(), 'keytrail-sample-'));
  lifecycle.onClose('sample data', () => rm(dataDirectory, { recursive: true, force: true }));
  return { ...settings, console, dataDirectory };
}

function sourcesOf({ ingest }: Settings, paths: readonly string[], sample: boolean): string[] {
  return [
    ...(sample ? ['bundled sample: a day at Larkfield Supply (Kong)'] : paths),
    ...ingest.files,
    ...(ingest.http.enabled ? [`POST http://${ingest.http.host}:${ingest.http.port}/v1/logs`] : []),
  ];
}

function welcome(up: Up, settings: Settings, sample: boolean): string {
  const lines = [`Keytrail is up. Status page: ${up.consoleUrl}`];
  if (up.receiverUrl) lines.push(`Send log lines to: ${up.receiverUrl}/v1/logs`);
  if (settings.ingest.files.length > 0) lines.push(`Following: ${settings.ingest.files.join(', ')}`);
  if (sample)
    lines.push(
      'No source is configured: playing the bundled sample, a day of a fictitious company’s Kong log …',
    );
  return `${lines.join('\n')}\n`;
}

function afterPlayback(up: Up, played: { lines: number }, sample: boolean): string {
  const count = up.incidents().length;
  const lines = [
    `\n${played.lines.toLocaleString('en')} lines read, ${count} incident(s).`,
    `  Look:       ${up.consoleUrl}`,
    ...(up.embeddedStore
      ? [
          `  Query:      ${up.embeddedStore.url}/play (user ${up.embeddedStore.analyst}; queries in dashboards/queries)`,
          `              password in ${up.embeddedStore.passwordFile}`,
        ]
      : []),
    '  Your logs:  npx keytrail scan access.log          (npx keytrail formats: the line for your gateway)',
    `              curl --data-binary @access.log ${up.receiverUrl}/v1/logs`,
    '              or list files under ingest.files in keytrail.yaml (see keytrail.example.yaml)',
    sample ? '  Stop:       Ctrl-C (the sample’s data is removed)' : '  Stop:       Ctrl-C',
  ];
  return `${lines.join('\n')}\n`;
}

function report(up: Up, { flags, rejected }: { flags: UpFlags; rejected: Record<string, number> }): number {
  const reasons = Object.entries(rejected).map(
    ([reason, count]) => `${count.toLocaleString('en')} ${reason}`,
  );
  if (reasons.length > 0) say(`rejected: ${reasons.join(', ')}`);
  if (up.report().events === 0)
    say('no line was understood: nothing was judged. Is it another ingest.format?');
  const incidents = up.incidents().reverse();
  if (flags.json) printJson(incidents);
  else if (incidents.length > 0) {
    process.stdout.write(
      `${incidentTable(incidents, { columns: process.stdout.columns ?? 120, colour: process.stdout.hasColors?.() ?? false })}\n`,
    );
  }
  return EXIT.ok;
}

function printJson(incidents: readonly Incident[]): void {
  for (const incident of incidents) process.stdout.write(`${JSON.stringify(incident)}\n`);
}

/** An opening in full, later changes as one line. */
function printChanges(incidents: readonly Incident[]): void {
  for (const { status, severity, opened_at, last_event_at, title, summary } of incidents) {
    const at = (status === 'open' ? opened_at : last_event_at).slice(0, 16).replace('T', ' ');
    const what = status === 'open' ? 'NEW' : status;
    process.stdout.write(`${at}  ${what} ${severity}: ${printable(title)}\n`);
    if (status === 'open') process.stdout.write(`                  ${printable(summary)}\n`);
  }
}

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

// `keytrail hunt`: what it takes, and what it prints.

import type { Command } from 'commander';
import { plain } from '../../detectors/scoring/wording.ts';
import { loadSettings } from '../config.ts';
import { UsageError } from '../exit.ts';
import { createLifecycle } from '../lifecycle.ts';
import { createLogger } from '../logger.ts';
import { HUNTS } from './hunts.ts';
import { huntPast, huntsNamed, runHunts } from './run.ts';
import type { Found } from './run-hunt.ts';

interface Flags {
  config?: string;
  once?: boolean;
  hunt: string[];
  from?: string;
  to?: string;
  json?: boolean;
}

export function addHuntCommand(program: Command): void {
  program
    .command('hunt')
    .description(
      'attacks spread over callers that no single detect process sees, from the stored events (ClickHouse)',
    )
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .option('--once', 'make up for what is due, then end')
    .option(
      '--hunt <name>',
      `only this one, repeatable: ${HUNTS.map(({ name }) => name).join(', ')}`,
      collect,
      [],
    )
    .option('--from <time>', 'look at a stretch of the past instead, and store nothing (ISO 8601)')
    .option('--to <time>', 'its end; default now')
    .option('--json', 'incidents as NDJSON on stdout, one a line')
    .addHelpText(
      'after',
      `
Runs every ten minutes until it is stopped; windows that nobody hunted are made up for, each by one process only.

Examples:
  CLICKHOUSE_URL=http://localhost:8123 keytrail hunt
  keytrail hunt --once --json
  keytrail hunt --hunt first-touch --from 2026-03-01T00:00:00Z --to 2026-03-15T00:00:00Z`,
    )
    .action(hunt);
}

const collect = (value: string, all: string[]): string[] => [...all, value];

async function hunt(flags: Flags): Promise<void> {
  const settings = loadSettings(flags.config === undefined ? {} : { file: flags.config });
  const hunts = named(flags.hunt);
  const past = stretchOf(flags);
  const logger = createLogger(settings.log.level);
  const lifecycle = createLifecycle(logger);
  const onFound = (found: Found): void => print(found, { json: flags.json === true, quiet: past === null });
  try {
    if (past === null) {
      const { signal } = lifecycle;
      await runHunts(settings, { hunts, once: flags.once === true, signal, logger, onFound });
    } else await huntPast(settings, { hunts, ...past, logger, onFound });
  } finally {
    await lifecycle.close();
  }
}

function named(names: readonly string[]) {
  try {
    return huntsNamed(names);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function stretchOf({ from, to, once }: Flags): { from: number; until: number } | null {
  if (from === undefined) {
    if (to !== undefined) throw new UsageError('--to needs --from');
    return null;
  }
  if (once) throw new UsageError('--once and --from exclude each other: the past is looked at once anyway');
  const times = { from: timeOf('--from', from), until: to === undefined ? Date.now() : timeOf('--to', to) };
  if (times.from >= times.until) throw new UsageError('--from must lie before --to');
  return times;
}

function timeOf(name: string, text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new UsageError(`${name} ${text}: no time; give ISO 8601 such as 2026-03-01T00:00:00Z`);
  return at;
}

/** Windows in which nothing was found are no news while it runs. */
function print(found: Found, { json, quiet }: { json: boolean; quiet: boolean }): void {
  if (json) {
    for (const incident of found.incidents) process.stdout.write(`${JSON.stringify(incident)}\n`);
    return;
  }
  if (quiet && found.incidents.length === 0) return;
  const [from, until] = [found.from, found.until].map((at) => new Date(at).toISOString().slice(0, 16));
  process.stdout.write(
    `${found.hunt}  ${from}Z to ${until}Z  ${found.events} events, ${found.incidents.length} incident(s)\n`,
  );
  for (const { severity, summary } of found.incidents)
    process.stdout.write(`  ${severity}  ${plain(summary, 400)}\n`);
}

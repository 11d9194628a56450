// `keytrail doctor`: looks at everything a configuration names and says what is wrong and what to do next.
// Always holds: it changes nothing and needs nothing to be there; every look has a deadline. Exit 1 when something failed.

import type { Command } from 'commander';
import { ConfigError, loadSettings, type Settings } from '../../config.ts';
import { EXIT } from '../../exit.ts';
import { createLogger } from '../../logger.ts';
import { fail, ok, type Row } from './check.ts';
import { checkClickHouse } from './clickhouse.ts';
import { checkHere } from './here.ts';
import { checkKafka } from './kafka.ts';
import { report, summary } from './report.ts';

interface Flags {
  config?: string;
  json?: boolean;
}

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'say what is wrong: configuration, key, Kafka, ClickHouse, outbox, dead letters, gateways, detectors',
    )
    .option('-c, --config <file>', 'default: keytrail.yaml in this folder')
    .option('--json', 'the rows as JSON on stdout')
    .addHelpText(
      'after',
      `
Changes nothing, and works when Kafka or ClickHouse is away. Exit 1 when a check failed, 0 when all are ok or only to look at.

Examples:
  keytrail doctor
  keytrail doctor -c /etc/keytrail/keytrail.yaml --json | jq '.checks[] | select(.status != "ok")'`,
    )
    .action(async (flags: Flags) => {
      const rows = await diagnose(flags.config === undefined ? {} : { file: flags.config });
      const status = rows.some((row) => row.status === 'fail') ? 'fail' : 'ok';
      const { columns = 120 } = process.stdout;
      const colour = process.stdout.hasColors?.() ?? false;
      const text = flags.json
        ? `${JSON.stringify({ status, checks: rows })}\n`
        : `${report(rows, { columns, colour })}\n\n${summary(rows)}\n`;
      process.stdout.write(text, endSoon);
      process.exitCode = status === 'fail' ? EXIT.failed : EXIT.ok;
    });
}

/** A server that takes connections and never answers would keep them, and so this process, for long. */
function endSoon(): void {
  setTimeout(() => process.exit(), 100).unref();
}

export async function diagnose(o: Parameters<typeof loadSettings>[0]): Promise<Row[]> {
  let settings: Settings;
  try {
    settings = loadSettings(o);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return [
      fail(
        'configuration',
        error.message,
        'mend the file; the rest was not looked at, since it follows from it',
      ),
    ];
  }
  // What the clients have to say of an outage is told in the rows.
  const logger = createLogger('silent');
  const store = checkClickHouse(settings);
  const [here, kafka, clickhouse] = await Promise.all([
    checkHere(settings),
    checkKafka(
      settings,
      logger,
      store.then(({ lastCheckpoint }) => lastCheckpoint),
    ),
    store,
  ]);
  return [
    ok('configuration', settings.file ?? 'no keytrail.yaml in this folder: defaults and environment'),
    ...here,
    ...kafka,
    ...clickhouse.rows,
  ];
}

#!/usr/bin/env node
// The command line and the only composition root: every command is put together here or in its command.ts.
// Always holds: results on stdout, the rest on stderr; an expected failure is one clear message, not a stack.

import { Command, CommanderError } from 'commander';
import { ConfigError } from './config.ts';
import { addConfigCommand } from './config-command.ts';
import { EXIT, UsageError } from './exit.ts';
import { addFormatsCommand } from './formats-command.ts';
import { addDoctorCommand } from './health/doctor/command.ts';
import { addHuntCommand } from './hunt/command.ts';
import { version } from './paths.ts';
import { addScanCommand } from './scan/command.ts';
import { addServiceCommands } from './service-commands.ts';
import { addUpCommand } from './up/command.ts';

const program = new Command('keytrail')
  .description('Follows every API credential: who called, from where, how often and for what.')
  .version(version)
  .showHelpAfterError('(keytrail help <command> shows how it is used)')
  .exitOverride();

addScanCommand(program);
addUpCommand(program);
addServiceCommands(program);
addHuntCommand(program);
addDoctorCommand(program);
addFormatsCommand(program);
addConfigCommand(program);

/** Errors whose message says all a user needs. */
const EXPECTED = new Set([
  'InputError',
  'ConfigError',
  'TuningError',
  'StoreUnavailable',
  'EmbeddedUnavailable',
  'StoreError',
  'MigrationError',
  'BusUnavailable',
]);

// A reader that has seen enough (`| head`) ends us as SIGPIPE ends other programs; `up` closes its parts first.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.kill(process.pid, 'SIGTERM');
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof UsageError) {
    process.stderr.write(`keytrail: ${error.message}\n`);
    return EXIT.usage;
  }
  if (!(error instanceof Error)) throw error;
  const expected = error instanceof ConfigError || EXPECTED.has(error.name) || 'code' in error;
  process.stderr.write(`keytrail: ${expected ? error.message : (error.stack ?? error.message)}\n`);
  return EXIT.failed;
}

// `keytrail formats`: what can be read, and the gateway configuration that produces it.

import type { Command } from 'commander';
import { FORMATS } from '../schemas/gateways/catalogue.ts';
import { UsageError } from './exit.ts';

export function addFormatsCommand(program: Command): void {
  program
    .command('formats')
    .description('list the log formats with the gateway configuration that produces each')
    .argument('[name]', 'only this format')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  keytrail formats\n  keytrail formats kong')
    .action((name: string | undefined, flags: { json?: boolean }) => {
      const formats = name === undefined ? FORMATS : FORMATS.filter((format) => format.name === name);
      if (formats.length === 0)
        throw new UsageError(
          `unknown format "${name}"; there are ${FORMATS.map((format) => format.name).join(', ')}`,
        );
      if (flags.json) {
        process.stdout.write(
          `${JSON.stringify(formats.map(({ name, title, snippet, notes }) => ({ name, title, snippet, notes })))}\n`,
        );
        return;
      }
      for (const format of formats) {
        process.stdout.write(
          `${format.name}: ${format.title}\n\n${indent(format.snippet)}\n\n${indent(format.notes)}\n\n`,
        );
      }
      if (name === undefined)
        process.stdout.write('auto: chooses one of these per file by the shape of its first lines\n');
    });
}

const indent = (text: string) => text.trim().replace(/^(?=.)/gm, '    ');

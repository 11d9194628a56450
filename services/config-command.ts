// `keytrail config`: checks a configuration file and says everything that is wrong with it.

import type { Command } from 'commander';
import { loadSettings } from './config.ts';

export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('check keytrail.yaml; names every problem at once')
    .argument('[file]', 'default: keytrail.yaml in this folder')
    .addHelpText('after', '\nExample:\n  keytrail config keytrail.yaml')
    .action((file: string | undefined) => {
      const settings = loadSettings(file === undefined ? {} : { file });
      process.stdout.write(`${settings.file ?? 'no keytrail.yaml here: defaults'}: ok\n`);
    });
}

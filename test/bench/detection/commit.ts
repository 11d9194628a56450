// Which code judged: the commit of the working tree, marked when files differ from it.

import { execFileSync } from 'node:child_process';

export function commitHere(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  try {
    const changed = git(
      'status',
      '--porcelain',
      '--untracked-files=no',
      '--',
      'detectors',
      'schemas',
      'test',
    );
    return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

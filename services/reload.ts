// Applies a changed configuration file to the running detectors, without restart. Looks every second whether the file
// changed. Always holds: a wrong file changes nothing; what was wrong is logged and shown until the file is mended.
// Does not promise: settings other than detector thresholds and overrides; those need a restart.

import { unwatchFile, watchFile } from 'node:fs';
import type { Tuning } from '../schemas/tuning.ts';
import { loadSettings, tuningOf } from './config.ts';
import type { Logger } from './logger.ts';

const POLL_MS = 1000;

export interface Reload {
  /** What is wrong with the file on disk, null when it is in force. */
  readonly problem: string | null;
  close(): void;
}

export function watchTuning(o: {
  file: string | null;
  apply: (tuning: Tuning) => void;
  logger: Logger;
}): Reload {
  const { file, apply, logger } = o;
  if (file === null) return { problem: null, close() {} };
  let problem: string | null = null;
  const look = () => {
    try {
      apply(tuningOf(loadSettings({ file })));
      problem = null;
      logger.info({ file }, 'detector thresholds reloaded');
    } catch (error) {
      problem = (error as Error).message;
      logger.error(
        { file, problem },
        'the changed configuration is refused; the thresholds before stay in force',
      );
    }
  };
  watchFile(file, { interval: POLL_MS }, (now, before) => {
    if (now.mtimeMs !== before.mtimeMs || now.ino !== before.ino) look();
  });
  return {
    get problem() {
      return problem;
    },
    close: () => unwatchFile(file),
  };
}

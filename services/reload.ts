// Applies a changed configuration file to the running detectors, without restart. Reads the file every second.
// Always holds: what is in force is what the file said last when it was right, changes made while starting included; a
// wrong file changes nothing, and what was wrong is logged and shown until the file is mended.
// Does not promise: settings other than detector thresholds and overrides; those need a restart.

import { readFileSync } from 'node:fs';
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
  let seen: string | null = null;
  const look = () => {
    const text = textOf(file);
    if (text === seen) return;
    const first = seen === null;
    seen = text;
    try {
      apply(tuningOf(loadSettings({ file })));
      problem = null;
      if (!first) logger.info({ file }, 'detector thresholds reloaded');
    } catch (error) {
      problem = (error as Error).message;
      logger.error(
        { file, problem },
        'the changed configuration is refused; the thresholds before stay in force',
      );
    }
  };
  look();
  const timer = setInterval(look, POLL_MS);
  return {
    get problem() {
      return problem;
    },
    close: () => clearInterval(timer),
  };
}

/** Empty while the file is away, as editors leave it for a moment. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

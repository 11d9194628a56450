// The health of a running process: its figures, looked at no more often than needed, and the problems that follow from them.
// Always holds: looks are regular even when nobody asks, and a problem that begins or ends is logged once.

import type { Logger } from '../logger.ts';
import type { Figures } from './figures.ts';
import type { Problem } from './problem.ts';
import { type Limits, problemsOf } from './problems.ts';

const LOOK_MS = 15_000;
/** Answers to several who ask at once may be so old. */
const FRESH_MS = 2_000;

export interface HealthReport {
  figures: Figures;
  problems: readonly Problem[];
}

export interface Health {
  look(): Promise<HealthReport>;
  /** Of the last look. */
  readonly problems: readonly Problem[];
  close(): void;
}

export function createHealth(o: {
  /** Never rejects for a neighbour that is away. */
  read: () => Promise<Figures>;
  limits: Limits;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}): Health {
  let last: HealthReport | null = null;
  let looking: Promise<HealthReport> | null = null;
  const told = new Map<string, Problem>();

  function tell(problems: readonly Problem[]): void {
    const now = new Map(problems.map((problem) => [`${problem.name} ${problem.about}`, problem]));
    for (const [key, { name, level, what, next }] of now) {
      if (told.has(key)) continue;
      const log = level === 'fail' ? o.logger.error : o.logger.warn;
      log.call(o.logger, { problem: name, next }, what);
    }
    for (const [key, { name, what }] of told)
      if (!now.has(key)) o.logger.info({ problem: name, was: what }, 'a problem has gone');
    told.clear();
    for (const [key, problem] of now) told.set(key, problem);
  }
  async function fresh(): Promise<HealthReport> {
    const figures = await o.read();
    const problems = problemsOf(figures, o.limits);
    last = { figures, problems };
    tell(problems);
    return last;
  }
  async function look(): Promise<HealthReport> {
    if (last !== null && Math.abs(Date.now() - last.figures.now) < FRESH_MS) return last;
    looking ??= fresh().finally(() => {
      looking = null;
    });
    return await looking;
  }
  const lookQuietly = (): void => {
    look().catch((error) => o.logger.error({ err: error }, 'the health of this process cannot be told'));
  };
  lookQuietly();
  const timer = setInterval(lookQuietly, LOOK_MS);
  timer.unref();
  return {
    look,
    get problems() {
      return last?.problems ?? [];
    },
    close: () => clearInterval(timer),
  };
}

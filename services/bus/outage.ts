// Waiting out an outage of a server behind us: tries again with growing, jittered delays until it works.
// Always holds: only outages (see isOutage) are retried; everything else is thrown at once.

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/** True for errors that say a later try may succeed (StoreUnavailable, BusUnavailable). */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'StoreUnavailable' || ('retriable' in error && error.retriable === true);
}

/**
 * Runs `work` until it succeeds. Resolves to false when `signal` was raised first. Logs the first failure of an
 * outage and its end.
 */
export async function outlast(
  work: () => Promise<void>,
  o: { what: string; logger: Logger; signal: AbortSignal },
): Promise<boolean> {
  for (let tries = 0; !o.signal.aborted; tries++) {
    try {
      await work();
      if (tries > 0) o.logger.info({ what: o.what, tries }, 'works again');
      return true;
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (tries === 0)
        o.logger.warn({ what: o.what, reason: (error as Error).message }, 'paused until it works again');
    }
    await pause(tries, o.signal);
  }
  return false;
}

/** Exponential delay for the nth failure in a row, with jitter; ends early when the signal is raised. */
export async function pause(tries: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(tries, 10));
  // The delay rejects only for the signal, which the caller looks at.
  await delay(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
}

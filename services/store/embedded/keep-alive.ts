// Keeps an embedded ClickHouse server running: starts it again whenever its process ends, after a growing pause.
// Always holds: it never gives up, unless another process has taken the data directory; close() ends the server for good.
// Does not promise: that nothing fails meanwhile. Whoever uses the store waits out StoreUnavailable.

import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../../logger.ts';
import { EmbeddedUnavailable } from './embedded-error.ts';
import type { EmbeddedServer } from './server.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A server that ran this long was well: the next start comes without a pause. */
const WELL_MS = 60_000;

export interface KeepAliveOptions {
  logger: Logger;
  /** Another process has the data directory; nothing is started any more. */
  onTaken: (error: EmbeddedUnavailable) => void;
  /** Monotonic, ms; default the clock. */
  now?: () => number;
  /** Default: waits that long, or until the signal is raised. */
  pause?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Kept {
  /** Stops the server and does not start it again. */
  close(): Promise<void>;
}

export function keepAlive(
  server: Pick<EmbeddedServer, 'ended' | 'restart' | 'close'>,
  { logger, onTaken, now = () => performance.now(), pause = wait }: KeepAliveOptions,
): Kept {
  const closing = new AbortController();
  const { signal } = closing;
  /** Starts in a row after which it did not stay up. */
  let tries = 0;

  /** One start; false when there must be no other. */
  async function startAgain(): Promise<boolean> {
    const ms = tries === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
    tries++;
    if (ms > 0) await pause(ms, signal);
    if (signal.aborted) return false;
    try {
      await server.restart();
      logger.info({ tries }, 'the embedded ClickHouse server runs again');
    } catch (error) {
      if (error instanceof EmbeddedUnavailable && error.reason === 'in-use') {
        onTaken(error);
        return false;
      }
      logger.warn(
        { tries, reason: (error as Error).message },
        'the embedded ClickHouse server did not start',
      );
    }
    return !signal.aborted;
  }

  async function watch(): Promise<void> {
    for (let going = true; going; ) {
      const since = now();
      await server.ended();
      if (signal.aborted) return;
      if (now() - since >= WELL_MS) tries = 0;
      logger.warn('the embedded ClickHouse server ended; it is started again, and input waits until then');
      going = await startAgain();
    }
  }

  const watching = watch();
  return {
    async close() {
      closing.abort();
      await server.close();
      await watching;
      // One that was just being started.
      await server.close();
    },
  };
}

async function wait(ms: number, signal: AbortSignal): Promise<void> {
  // Rejects only for the signal, which the caller looks at.
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

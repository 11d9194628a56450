// Start and stop of a long-running command: one AbortSignal that SIGINT and SIGTERM raise, and parts closed in the
// reverse order of their opening. A second signal ends the process at once.

import type { Logger } from './logger.ts';

export interface Lifecycle {
  readonly signal: AbortSignal;
  /** Registers what must be closed at the end; closed in reverse order. */
  onClose(name: string, close: () => Promise<void> | void): void;
  stop(reason: string): void;
  /** Stops because a part cannot go on, so that the command ends with an error and a supervisor starts it again. */
  fail(reason: string): void;
  /** The reason of fail(), if that was what stopped it. */
  readonly failure: string | null;
  /** Closes everything once; a failing part is logged and does not keep the others open. */
  close(): Promise<void>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const controller = new AbortController();
  const parts: { name: string; close: () => Promise<void> | void }[] = [];
  const stop = (reason: string) => {
    if (controller.signal.aborted) return;
    logger.info({ reason }, 'stopping');
    controller.abort(new Error(reason));
  };
  let failure: string | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130);
    stop(name);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    onClose: (name, close) => parts.push({ name, close }),
    stop,
    fail(reason) {
      if (!controller.signal.aborted) failure = reason;
      stop(reason);
    },
    get failure() {
      return failure;
    },
    async close() {
      stop('done');
      for (const part of parts.splice(0).reverse()) {
        try {
          await part.close();
        } catch (error) {
          logger.error({ part: part.name, err: error }, 'could not close cleanly');
        }
      }
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}

/** Resolves when the signal is raised. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

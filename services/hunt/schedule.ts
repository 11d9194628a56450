// Scheduled work: the only importer of node-cron. Always holds: a job never overlaps itself, and a failing run is
// logged and followed by the next one. Does not promise: runs missed while the process was down.

import cron from 'node-cron';
import type { Logger } from '../logger.ts';

export interface Job {
  name: string;
  /** Cron expression with seconds, such as `0 * * * * *` for every full minute. */
  every: string;
  run: () => Promise<void>;
}

export interface Schedule {
  close(): Promise<void>;
}

export function startSchedule(o: { jobs: readonly Job[]; logger: Logger }): Schedule {
  const tasks = o.jobs.map(({ name, every, run }) => {
    let running: Promise<void> = Promise.resolve();
    const task = cron.schedule(
      every,
      () => {
        running = run().catch((error: Error) => {
          o.logger.warn(
            { job: name, reason: error.message },
            'a scheduled job failed; it runs again at its next time',
          );
        });
        return running;
      },
      { name, noOverlap: true, logger: cronLogger(name, o.logger) },
    );
    return { task, idle: () => running };
  });
  return {
    async close() {
      await Promise.all(tasks.map(({ task }) => task.destroy()));
      await Promise.all(tasks.map(({ idle }) => idle()));
    },
  };
}

/** What the scheduler itself has to say, such as a run left out because the one before still lasts, in our log. */
function cronLogger(job: string, logger: Logger) {
  const text = (message: string | Error) => (message instanceof Error ? message.message : message);
  return {
    info: (message: string) => logger.debug({ job, message }, 'scheduler'),
    warn: (message: string) => logger.warn({ job, message }, 'scheduler'),
    error: (message: string | Error) => logger.error({ job, message: text(message) }, 'scheduler'),
    debug: (message: string | Error) => logger.debug({ job, message: text(message) }, 'scheduler'),
  };
}

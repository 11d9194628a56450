// Follows the configured log files: one loop per file, woken by the file system and, where that is silent, by a timer.
// Always holds: at most one chunk per file is in memory; an outage of the sink pauses reading and loses nothing;
// a file that is missing or unreadable is waited for and reported once.

import { type FSWatcher, watch } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { outlast } from '../../bus/outage.ts';
import type { Logger } from '../../logger.ts';
import type { Intake } from '../intake.ts';
import type { Normaliser } from '../normalise.ts';
import { openPositions } from './positions.ts';
import { createTail } from './tail.ts';

export interface FollowerOptions {
  files: readonly string[];
  /** Positions are kept in `follow.json` in it. */
  directory: string;
  /** Where to begin in files that are there but were never read. Default `start`. */
  start?: 'start' | 'end';
  /** How often to look when the file system says nothing, ms. Default 1,000. */
  pollMs?: number;
  /** How long a rotated file is still read after the new one appeared, ms. Default 2,000. */
  graceMs?: number;
  intake: Intake;
  normaliserFor: () => Normaliser;
  logger: Logger;
}

export interface Follower {
  /** Resolves after close(); rejects when reading cannot go on (a bug or a broken disk under the positions). */
  readonly done: Promise<void>;
  /** Hands over what is in hand and stops; what was not handed over is read at the next start. */
  close(): Promise<void>;
}

export async function startFollower(o: FollowerOptions): Promise<Follower> {
  const stop = new AbortController();
  const positions = await openPositions(join(o.directory, 'follow.json'), o.logger);
  const paths = [...new Set(o.files.map((file) => resolve(file)))];
  const loops = paths.map(async (path) => {
    const normaliser = o.normaliserFor();
    const tail = createTail({
      path,
      start: o.start ?? 'start',
      position: positions.get(path),
      graceMs: o.graceMs ?? 2_000,
      now: () => performance.now(),
      take: (entries) =>
        outlast(async () => void (await o.intake.take(entries, normaliser)), {
          what: `hand over ${path}`,
          logger: o.logger,
          signal: stop.signal,
        }),
      save: (position) => positions.save(path, position),
      logger: o.logger,
    });
    const bell = createBell(path, o.pollMs ?? 1_000, stop.signal);
    try {
      await follow(path, tail, bell, { stop: stop.signal, logger: o.logger });
    } finally {
      bell.close();
      await tail.close();
    }
  });
  const done = Promise.all(loops).then(() => undefined);
  done.catch(() => stop.abort());
  return {
    done,
    async close() {
      stop.abort();
      await done.catch(() => undefined);
    },
  };
}

interface Bell {
  rung(): Promise<void>;
  close(): void;
}

async function follow(
  path: string,
  tail: { step(): Promise<boolean> },
  bell: Bell,
  o: { stop: AbortSignal; logger: Logger },
): Promise<void> {
  let complained = false;
  while (!o.stop.aborted) {
    let more = false;
    try {
      more = await tail.step();
      complained = false;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (!complained) o.logger.warn({ file: path, code }, 'the file cannot be read; trying again');
      complained = true;
    }
    if (!more && !o.stop.aborted) await bell.rung();
  }
}

/** Rings when something changes in the file's folder, and every `pollMs`. */
function createBell(path: string, pollMs: number, stop: AbortSignal): Bell {
  let ring = (): void => {};
  let pending = false;
  const wake = (): void => {
    pending = true;
    ring();
  };
  let watcher: FSWatcher | null = null;
  try {
    watcher = watch(dirname(path), wake);
    // Some file systems cannot be watched; the timer goes on.
    watcher.on('error', () => watcher?.close());
  } catch {
    watcher = null;
  }
  stop.addEventListener('abort', wake);
  return {
    rung: () =>
      new Promise((resolve) => {
        const timer = setTimeout(wake, pollMs);
        ring = () => {
          clearTimeout(timer);
          pending = false;
          ring = () => {};
          resolve();
        };
        if (pending || stop.aborted) ring();
      }),
    close() {
      watcher?.close();
      stop.removeEventListener('abort', wake);
    },
  };
}

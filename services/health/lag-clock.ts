// Lag of partitions as a time: how long ago the first of what waits came, from where the topic ended at earlier looks.
// Always holds: a number of events says nothing about whether one keeps up, a time does; it is at least what is told, and at most one
// look more.

import type { PartitionFigures } from './figures.ts';
import { createHistory } from './history.ts';

const SPAN_MS = 2 * 60 * 60_000;
const STEP_MS = 10_000;

export interface LagClock {
  /** @param places of the partitions: the next position to become durable, and where the topic ends */
  look(now: number, places: ReadonlyMap<number, { at: number; end: number }>): PartitionFigures[];
}

export function createLagClock(): LagClock {
  const ends = createHistory<ReadonlyMap<number, number>>({ spanMs: SPAN_MS, stepMs: STEP_MS });
  return {
    look(now, places) {
      const figures = [...places].map(([partition, { at, end }]) => {
        const waiting = Math.max(0, end - at);
        const reached = ends.newest((then) => (then.get(partition) ?? Number.POSITIVE_INFINITY) <= at);
        const first = ends.oldest(now, (then) => then.has(partition));
        const behindMs =
          waiting === 0 ? 0 : reached !== null ? behind(now, reached.at) : now - (first?.at ?? now);
        return { partition, waiting, behindMs };
      });
      ends.add(now, new Map([...places].map(([partition, { end }]) => [partition, end])));
      return figures.sort((a, b) => a.partition - b.partition);
    },
  };
}

/** Everything that was there at the last look is durable: that is as good as can be known, and no lag. */
function behind(now: number, reachedAt: number): number {
  const ms = now - reachedAt;
  return ms <= 2 * STEP_MS ? 0 : ms;
}

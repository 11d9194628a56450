// Watches detection from outside: since when something waits to become durable, when something last did, and what came.
// Always holds: what detection does and answers is unchanged. Events count as come when they were taken, so repeats count as well.

import { type Detect, Superseded } from '../detect/detect.ts';
import type { Arrivals } from './arrivals.ts';

export interface Watched {
  /** To be used in place of the one given. */
  detect: Detect;
  /** Null before the first. */
  readonly lastCheckpointAt: number | null;
  /** Null while nothing waits. */
  readonly waitingSince: number | null;
}

export function watchDetect(
  detect: Detect,
  o: { arrivals?: Pick<Arrivals, 'came'>; now?: () => number } = {},
): Watched {
  const { arrivals, now = Date.now } = o;
  let lastCheckpointAt: number | null = null;
  let waitingSince: number | null = null;
  const durable = (): void => {
    lastCheckpointAt = now();
    waitingSince = null;
  };
  return {
    get lastCheckpointAt() {
      return lastCheckpointAt;
    },
    get waitingSince() {
      return waitingSince;
    },
    detect: {
      ...detect,
      async take(batch) {
        if (batch.to > (detect.position(batch.part) ?? 0)) waitingSince ??= now();
        try {
          await detect.take(batch);
        } catch (error) {
          // Another has judged them. What else waits begins anew: a late warning is better than a wrong one.
          if (error instanceof Superseded) waitingSince = null;
          throw error;
        }
        arrivals?.came(batch.events);
      },
      async handle(events, token) {
        waitingSince ??= now();
        try {
          await detect.handle(events, token);
          durable();
        } finally {
          // Whoever sent them is told of a failure, and sends them again.
          waitingSince = null;
        }
        arrivals?.came(events);
      },
      listen: (listener) =>
        detect.listen({
          ...listener,
          async durable(positions) {
            durable();
            await listener.durable(positions);
          },
        }),
      async abandon(parts) {
        await detect.abandon(parts);
        if (parts.length > 0) waitingSince = null;
      },
    },
  };
}

// When events of each gateway last came, by this machine's clock and not by the time in the log line.
// Always holds: bounded, whatever names come to be; a gateway that was silent for a week is no longer expected.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Settings } from '../config.ts';
import type { Sink } from '../ingest/sink.ts';

const MOST_GATEWAYS = 1_000;
const EXPECTED_MS = 7 * 24 * 60 * 60_000;
/** Between two questions about gateways that are silent here. */
const ASK_MS = 60_000;

/** Silence after which a gateway is reported. */
export function silentMs({ health }: Pick<Settings, 'health'>): number {
  return health.silentMinutes === 0 ? Number.POSITIVE_INFINITY : health.silentMinutes * 60_000;
}

export interface Arrivals {
  came(events: readonly ApiEvent[]): void;
  /** @param silentMs silence from which other processes are asked, whose partitions the gateway's events may come in */
  figures(silentMs: number): Promise<{ gateway: string; lastAt: number }[]>;
}

/** @param o.elsewhere when events of each gateway were last stored by anybody; a failure is taken for no news */
export function createArrivals(
  o: { elsewhere?: () => Promise<readonly { gateway: string; lastAt: number }[]>; now?: () => number } = {},
): Arrivals {
  const { now = Date.now, elsewhere } = o;
  const last = new Map<string, number>();
  let askedAt: number | null = null;
  const note = (gateway: string, at: number): void => {
    if (last.has(gateway) || last.size < MOST_GATEWAYS)
      last.set(gateway, Math.max(at, last.get(gateway) ?? 0));
  };
  return {
    came(events) {
      const at = now();
      let noted: string | null = null;
      for (const { gateway } of events) {
        // Mostly the one before: this is done for every event.
        if (gateway !== noted) note(gateway, at);
        noted = gateway;
      }
    },
    async figures(silentMs) {
      const at = now();
      const isSilent = [...last.values()].some((lastAt) => at - lastAt >= silentMs);
      if (elsewhere !== undefined && (askedAt === null || (isSilent && at - askedAt >= ASK_MS))) {
        const told = await elsewhere().catch(() => null);
        if (told !== null) askedAt = at;
        for (const { gateway, lastAt } of told ?? []) note(gateway, lastAt);
      }
      for (const [gateway, lastAt] of last) if (at - lastAt >= EXPECTED_MS) last.delete(gateway);
      return [...last].map(([gateway, lastAt]) => ({ gateway, lastAt }));
    },
  };
}

/** The sink, which notes when events came. */
export function heard(sink: Sink, arrivals: Pick<Arrivals, 'came'>): Sink {
  return {
    ...sink,
    async publish(events) {
      await sink.publish(events);
      arrivals.came(events);
    },
  };
}

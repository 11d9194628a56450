// The one way from entries to the sink: normalise each, hand over events and rejections, count.
// Always holds: take() resolves after the sink has everything durably; lines = events + rejected.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { Normaliser } from './normalise.ts';
import type { Entry } from './read/entry.ts';
import type { Sink } from './sink.ts';

export interface IngestCounts {
  lines: number;
  events: number;
  rejected: Record<string, number>;
}

export interface Intake {
  /** Throws what the sink throws; the same entries may then be taken again, their ids stay the same. */
  take(entries: readonly Entry[], normaliser: Normaliser): Promise<Taken>;
  /** Since the start. */
  readonly totals: Readonly<IngestCounts>;
}

export interface Taken extends IngestCounts {
  firstRejection: Rejection | null;
}

export function createIntake(o: { sink: Sink }): Intake {
  const totals: IngestCounts = { lines: 0, events: 0, rejected: {} };
  return {
    totals,
    async take(entries, normaliser) {
      const events: ApiEvent[] = [];
      const rejections: Rejection[] = [];
      normaliser.lookAhead(entries);
      for (const entry of entries) {
        const outcome = normaliser.normalise(entry.bytes, entry.position, entry.fault);
        if ('event' in outcome) events.push(outcome.event);
        else rejections.push(outcome.rejection);
      }
      await o.sink.publish(events);
      await o.sink.reject(rejections);
      const rejected: Record<string, number> = {};
      for (const { reason } of rejections) rejected[reason] = (rejected[reason] ?? 0) + 1;
      const taken = { lines: entries.length, events: events.length, rejected };
      add(totals, taken);
      return { ...taken, firstRejection: rejections[0] ?? null };
    },
  };
}

/** Adds `more` to `counts`. */
export function add(counts: IngestCounts, more: IngestCounts): void {
  counts.lines += more.lines;
  counts.events += more.events;
  for (const [reason, n] of Object.entries(more.rejected))
    counts.rejected[reason] = (counts.rejected[reason] ?? 0) + n;
}

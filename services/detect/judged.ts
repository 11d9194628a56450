// What is judged and not durable yet, per part of the input, and how far each part is judged.
// Always holds: the ids of recent events are kept per part, so that one that is given up and comes back is judged again.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Outcome, Place } from './checkpoint.ts';
import { createRecentIds, type RecentIds } from './recent-ids.ts';

/** Ids remembered per generation, over all parts; about 10 MB each. */
const RECENT_IDS = 100_000;
const LEAST_RECENT_IDS = 5_000;
/** When a checkpoint is due. Findings wait less, since people wait for them. */
const PACE = { events: 50_000, evicted: 20_000, ms: 2_000, findingsMs: 200 };

export type Pace = typeof PACE;

/** Events of one part of the input in their order; `from` and `to` (the next) are positions in it. */
export interface Batch {
  part: string;
  from: number;
  to: number;
  events: readonly ApiEvent[];
}

export function createJudged(o: Partial<Pace> = {}) {
  const pace = { ...PACE, ...o };
  const outcomes = new Map<string, Outcome>();
  const places = new Map<string, Place>();
  const recent = new Map<string, RecentIds>();
  let oldest = 0;
  let lastTaken = 0;
  const isFull = (evicted: number): boolean => {
    let events = 0;
    for (const outcome of outcomes.values()) events += outcome.events.length;
    return events >= pace.events || evicted >= pace.evicted;
  };
  return {
    places,
    position: (part: string): number | undefined => places.get(part)?.position,
    /** A checkpoint of the part is durable; more may be judged since. One of before the part was given up says nothing any more. */
    durable(part: string, { head, position }: Place): void {
      const known = places.get(part);
      const goesOn = known === undefined ? part === '' : known.head === head - 1;
      if (goesOn) places.set(part, { head, position: Math.max(position, known?.position ?? 0) });
    },
    moveTo(part: string, position: number): void {
      places.set(part, { head: places.get(part)?.head ?? 0, position });
    },
    /** Those not among the part's recent ids, which they join. */
    fresh(part: string, events: readonly ApiEvent[], stored: ReadonlySet<string> | null): ApiEvent[] {
      const size = Math.max(LEAST_RECENT_IDS, RECENT_IDS / (places.size + 1));
      const ids = recent.get(part) ?? createRecentIds(size);
      recent.set(part, ids);
      return events.filter((event) => ids.add(event.id) && !stored?.has(event.id));
    },
    /** What a batch adds to. @param token names the events; default: their part and positions */
    outcomeOf({ part, from, to }: Batch, token: string | null): Outcome {
      let outcome = outcomes.get(part);
      if (outcome === undefined) {
        if (outcomes.size === 0) oldest = performance.now();
        outcome = { part, from, to, token: '', events: [], findings: [], incidents: [] };
        outcomes.set(part, outcome);
      }
      outcome.to = to;
      outcome.token = token ?? `${part}@${outcome.from}-${to}`;
      return outcome;
    },
    /** Everything that is not durable, which is then another's to write. */
    take(): Outcome[] {
      const all = [...outcomes.values()];
      outcomes.clear();
      lastTaken = performance.now();
      return all;
    },
    /** So much is judged that a checkpoint cannot wait. */
    isFull,
    /** @param evicted baselines that left memory and are not stored */
    isDue(evicted: number): boolean {
      if (outcomes.size === 0) return false;
      const now = performance.now();
      if (isFull(evicted) || now - oldest >= pace.ms) return true;
      const isNews = ({ findings, incidents }: Outcome): boolean =>
        findings.length > 0 || incidents.length > 0;
      return now - lastTaken >= pace.findingsMs && [...outcomes.values()].some(isNews);
    },
    /** Forgets parts; answers those that were known. */
    forget(parts: readonly string[]): Set<string> {
      const known = new Set(parts.filter((part) => places.has(part) || outcomes.has(part)));
      for (const part of known) {
        outcomes.delete(part);
        places.delete(part);
        recent.delete(part);
      }
      return known;
    },
  };
}

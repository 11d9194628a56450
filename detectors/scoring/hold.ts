// Claims that rest on a value others may be about to meet as well wait a few minutes before they open an incident, because a
// change of a whole fleet begins with one credential.
// Always holds: a claim waits at most HOLD of event time, and not a moment longer once the credential took RECORDS new
// objects from there. Bounded; at the bound the oldest is let go at once.

import type { ApiEvent } from '../../schemas/event.ts';
import { ownShape } from '../own-shape.ts';
import type { CallFacts, TrailEntry } from './calls.ts';
import type { Waiting } from './support.ts';

const HOLD = 10 * 60_000;
const RECORDS = 20;
const MOST = 1000;

export interface Held extends Waiting {
  readonly facts: CallFacts;
  readonly trail: readonly TrailEntry[];
  readonly until: number;
  records: number;
}

export interface Holds {
  readonly size: number;
  /** True when the claim is to wait; false when it was let go already, or has taken too much. */
  hold(key: string, held: Omit<Held, 'until' | 'records'>): boolean;
  /** A call of a credential whose claim waits. */
  see(key: string, event: ApiEvent, facts: CallFacts): void;
  drop(key: string): void;
  of(key: string): Held | undefined;
  /** Puts a claim back as of() gave it. */
  put(key: string, held: Held): void;
  /** Takes out those whose time is over. */
  due(watermark: number): Held[];
}

export function createHolds(): Holds {
  const waiting = new Map<string, Held>();
  let earliest = Number.POSITIVE_INFINITY;
  return ownShape({
    get size() {
      return waiting.size;
    },
    hold(key, o) {
      if (waiting.has(key)) return true;
      if (o.draft.exposed.records >= RECORDS) return false;
      const held = { ...o, until: o.event.at + HOLD, records: o.draft.exposed.records };
      waiting.set(key, held);
      earliest = waiting.size > MOST ? 0 : Math.min(earliest, held.until);
      return true;
    },
    see(key, event, facts) {
      const held = waiting.get(key);
      if (held === undefined || facts.cluster !== held.cluster) return;
      if (event.status >= 200 && event.status < 300) held.records += Math.max(facts.novel, event.items ?? 0);
      if (held.records >= RECORDS) earliest = 0;
    },
    drop(key) {
      waiting.delete(key);
    },
    of: (key) => waiting.get(key),
    put(key, held) {
      waiting.set(key, { ...held });
      earliest = Math.min(earliest, held.until);
    },
    due(watermark) {
      if (watermark < earliest || waiting.size === 0) return [];
      const out: Held[] = [];
      earliest = Number.POSITIVE_INFINITY;
      for (const [key, held] of waiting) {
        if (held.until <= watermark || held.records >= RECORDS || waiting.size > MOST) {
          waiting.delete(key);
          out.push(held);
        } else earliest = Math.min(earliest, held.until);
      }
      // In the order of their events, not in that in which they began to wait here.
      return out.sort((a, b) => a.event.at - b.event.at || (a.finding.id < b.finding.id ? -1 : 1));
    },
  });
}

// The last 64 calls of busy credentials, so that an incident can show what led up to it.
// Always holds: bounded in credentials and calls; at the bound the trail unused for a CLOCK round is given away.
// Does not promise to survive a restart: only those of credentials under investigation are stored.

import type { ApiEvent } from '../../schemas/event.ts';
import type { CallFacts, TrailEntry } from '../scoring/incidents.ts';

const LENGTH = 64;
/** Object ids kept per call. */
const MOST_OBJECTS = 16;

type Kept = { -readonly [K in keyof TrailEntry]: TrailEntry[K] };

interface Trail {
  owner: number;
  used: boolean;
  next: number;
  readonly entries: Kept[];
}

export interface Trails {
  push(slot: number, event: ApiEvent, facts: CallFacts): void;
  /** Copies, oldest first; empty when there is no trail. */
  of(slot: number): TrailEntry[];
  /** Puts a trail back as of() gave it. */
  put(slot: number, entries: readonly TrailEntry[]): void;
  release(slot: number): void;
}

export function createTrails(capacity: number): Trails {
  const all: Trail[] = [];
  const bySlot: (Trail | undefined)[] = [];
  const idle: Trail[] = [];
  let hand = 0;

  const obtain = (slot: number): Trail => {
    let trail = idle.pop();
    if (trail === undefined && all.length < capacity) {
      trail = { owner: slot, used: true, next: 0, entries: [] };
      all.push(trail);
    }
    while (trail === undefined) {
      const candidate = all[hand++ % all.length]!;
      if (!candidate.used) {
        trail = candidate;
        bySlot[candidate.owner] = undefined;
      }
      candidate.used = false;
    }
    trail.owner = slot;
    trail.entries.length = trail.next = 0;
    bySlot[slot] = trail;
    return trail;
  };
  return {
    push(slot, event, facts) {
      const trail = bySlot[slot] ?? obtain(slot);
      trail.used = true;
      const objects =
        event.objects.length > MOST_OBJECTS ? event.objects.slice(0, MOST_OBJECTS) : event.objects;
      const kept = trail.entries[trail.next];
      if (kept === undefined) {
        trail.entries.push({
          at: event.at,
          sample: event.request_id ?? event.id,
          prefix: event.client.prefix,
          asn: event.client.asn,
          country: event.client.country,
          cluster: facts.cluster,
          novel: facts.novel,
          objects,
          bytes: event.bytes_out,
          status: event.status,
        });
      } else {
        // Written over in place: a new object per call would be garbage that survives just long enough to be costly.
        kept.at = event.at;
        kept.sample = event.request_id ?? event.id;
        kept.prefix = event.client.prefix;
        kept.asn = event.client.asn;
        kept.country = event.client.country;
        kept.cluster = facts.cluster;
        kept.novel = facts.novel;
        kept.objects = objects;
        kept.bytes = event.bytes_out;
        kept.status = event.status;
      }
      trail.next = (trail.next + 1) % LENGTH;
    },
    of(slot) {
      const trail = bySlot[slot];
      if (trail === undefined) return [];
      const { entries, next } = trail;
      const ordered = entries.length < LENGTH ? entries : [...entries.slice(next), ...entries.slice(0, next)];
      return ordered.map((entry) => ({ ...entry }));
    },
    put(slot, entries) {
      if (entries.length === 0) return;
      const trail = bySlot[slot] ?? obtain(slot);
      trail.used = true;
      trail.entries.length = 0;
      for (const entry of entries.slice(-LENGTH)) trail.entries.push({ ...entry });
      trail.next = trail.entries.length % LENGTH;
    },
    release(slot) {
      const trail = bySlot[slot];
      if (trail === undefined) return;
      bySlot[slot] = undefined;
      trail.entries.length = 0;
      trail.used = false;
      idle.push(trail);
    },
  };
}

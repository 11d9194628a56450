// What the parts of an incident took together, each part being one credential's.
// Always holds: low ≤ records ≤ high. Two parts may have read the same record, so only the largest part's lower bound is certain.

import type { Incident } from '../../schemas/incident.ts';
import { ownShape } from '../own-shape.ts';
import { NO_KEYS } from './distinct.ts';
import type { Exposure, StoredExposure } from './exposure.ts';
import type { OpenIncident } from './open-incident.ts';
import { MAX_SOURCES, type SourceTable } from './sources.ts';

type Parts = Iterable<{ readonly incident: OpenIncident }>;

/** @param saved what was found about many of them at once, as save() gave it */
export function jointExposure(parts: Parts, saved?: StoredExposure): Exposure {
  const sum = (of: (part: OpenIncident) => number): number => {
    let total = 0;
    for (const { incident } of parts) total += of(incident);
    return total;
  };
  /** What was found about many of them at once. */
  const { base: found = 0, bytes: size = 0, certain: least = 0, possible: most = 0 } = saved ?? {};
  const counted = { records: found, bytes: size, certain: least, possible: most };
  const records = (): number =>
    Math.max(
      counted.records,
      sum(({ exposure }) => exposure.records),
    );
  const bytes = (): number =>
    Math.max(
      counted.bytes,
      sum(({ exposure }) => exposure.bytes),
    );
  return ownShape({
    // The parts count calls.
    count() {},
    countPage() {},
    notePage() {},
    atLeast(found) {
      counted.records = Math.max(counted.records, found.records);
      counted.bytes = Math.max(counted.bytes, found.bytes);
    },
    certainly(certain) {
      counted.certain = Math.max(counted.certain, certain);
    },
    possibly(records) {
      counted.possible = Math.max(counted.possible, records);
    },
    get records() {
      return records();
    },
    get bytes() {
      return bytes();
    },
    interval() {
      let low = counted.certain;
      let high = 0;
      for (const { incident } of parts) {
        const one = incident.exposure.interval();
        low = Math.max(low, one.low);
        high += one.high;
      }
      const value = records();
      return {
        records: value,
        low: Math.min(low, value),
        high: Math.max(high, value, counted.possible),
        bytes: bytes(),
      };
    },
    // The parts keep what they count.
    save: () => ({
      confined: false,
      paths: NO_KEYS,
      queries: NO_KEYS,
      pages: NO_KEYS,
      parameters: [],
      listed: 0,
      base: counted.records,
      bytes: counted.bytes,
      certain: counted.certain,
      possible: counted.possible,
    }),
    close() {},
  });
}

/** The busiest sources of all parts. */
export function jointSources(parts: Parts): SourceTable {
  const all = (): Incident['sources'] => {
    const rows: Incident['sources'] = [];
    for (const { incident } of parts) rows.push(...incident.sources.rows());
    return rows.sort((a, b) => b.events - a.events || (a.first_at < b.first_at ? -1 : 1));
  };
  return ownShape({
    count() {},
    rows() {
      const rows = all();
      if (rows.length <= MAX_SOURCES) return rows;
      const rest = rows.splice(MAX_SOURCES - 1);
      const events = rest.reduce((total, row) => total + row.events, 0);
      const first_at = rest.map((row) => row.first_at).sort()[0]!;
      const last_at = rest
        .map((row) => row.last_at)
        .sort()
        .at(-1)!;
      return [...rows, { prefix: 'other', asn: 0, country: 'ZZ', events, first_at, last_at }];
    },
    get size() {
      return all().length;
    },
    save: () => ({ rows: [], other: null }),
  });
}

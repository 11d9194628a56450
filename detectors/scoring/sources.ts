// The places an incident's calls came from, counted per source prefix.
// Always holds: at most MAX_SOURCES rows; calls from further prefixes are counted in the last row, `other`.

import type { Incident } from '../../schemas/incident.ts';
import { ownShape } from '../own-shape.ts';

export const MAX_SOURCES = 20;

export interface SourceCall {
  at: number;
  prefix: string;
  asn: number;
  country: string;
}
interface Row extends SourceCall {
  events: number;
  firstAt: number;
  lastAt: number;
}

export interface SourceTable {
  count(call: SourceCall): void;
  /** Busiest first, `other` last. */
  rows(): Incident['sources'];
  /** Prefixes counted on their own. */
  readonly size: number;
  /** All of it as plain data, for createSourceTable() to go on with. */
  save(): StoredSources;
}

export interface StoredSources {
  readonly rows: readonly Row[];
  readonly other: Row | null;
}

export function createSourceTable(saved?: StoredSources): SourceTable {
  const table = new Map(saved?.rows.map((row) => [row.prefix, { ...row }]));
  let other: Row | null = saved?.other ? { ...saved.other } : null;
  return ownShape({
    count(call) {
      let row = table.get(call.prefix);
      if (!row) {
        row = { ...call, events: 0, firstAt: call.at, lastAt: call.at };
        if (table.size < MAX_SOURCES - 1) table.set(call.prefix, row);
        else {
          other ??= { ...row, prefix: 'other', asn: 0, country: 'ZZ' };
          row = other;
        }
      }
      row.events++;
      if (call.at < row.firstAt) row.firstAt = call.at;
      if (call.at > row.lastAt) row.lastAt = call.at;
    },
    rows() {
      const rows = [...table.values()].sort((a, b) => b.events - a.events || a.firstAt - b.firstAt);
      if (other) rows.push(other);
      return rows.map((row) => ({
        prefix: row.prefix,
        asn: row.asn,
        country: row.country,
        events: row.events,
        first_at: new Date(row.firstAt).toISOString(),
        last_at: new Date(row.lastAt).toISOString(),
      }));
    },
    get size() {
      return table.size;
    },
    save: () => ({ rows: [...table.values()].map((row) => ({ ...row })), other: other && { ...other } }),
  });
}

// Rules that learn: p99 of the session rate per endpoint (as API gateways suggest limits), a credential at a network it was not
// seen at in ten days (new terms), hourly counts beyond mean plus three standard deviations.

import type { Rule } from './rule.ts';
import { Windows } from './rule.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Below these counts the two rates would alarm at next to anything. */
const LEAST_RATE = 5;
const LEAST_COUNT = 10;

interface Rates {
  /** Calls of one session in ten minutes → how often, per route. */
  counts: Map<string, Map<number, number>>;
}

/** Learns until it is cloned, and says nothing meanwhile: the limit is set once, and an attack does not raise it. */
export function sessionRate(learned: Rates = { counts: new Map() }, learning = true): Rule {
  const windows = new Windows(600_000, () => ({ count: 0 }));
  const p99 = new Map<string, number>();
  const percentile = (route: string): number => {
    const known = p99.get(route);
    if (known !== undefined) return known;
    const counts = [...(learned.counts.get(route) ?? [])].sort(([a], [b]) => b - a);
    const total = counts.reduce((sum, [, n]) => sum + n, 0);
    let above = 0;
    let value = 0;
    for (const [count, n] of counts) {
      above += n;
      value = count;
      if (above >= total / 100) break;
    }
    p99.set(route, value);
    return value;
  };
  return {
    id: 'p99',
    title: `p99 of the session rate per endpoint in 10 minutes, at least ${LEAST_RATE}`,
    see({ route, credential, at }) {
      const { lineage } = credential;
      const window = windows.get(`${lineage} ${route}`, at);
      window.count++;
      if (learning) {
        const counts = learned.counts.get(route) ?? new Map<number, number>();
        learned.counts.set(route, counts);
        // A session counts under its highest rate: it moves up as it goes on.
        if (window.count > 1) counts.set(window.count - 1, (counts.get(window.count - 1) ?? 1) - 1);
        counts.set(window.count, (counts.get(window.count) ?? 0) + 1);
        return { key: lineage, score: 0 };
      }
      return { key: lineage, score: window.count / Math.max(LEAST_RATE, percentile(route)) };
    },
    clone: () => sessionRate(learned, false),
  };
}

export function newTerms(seen = new Map<string, number>(), credentials = new Map<string, number>()): Rule {
  return {
    id: 'new-terms',
    title: 'credential at a network not seen in 10 days',
    see({ credential, client, at }) {
      const { lineage } = credential;
      const key = `${lineage} ${client.asn}`;
      const before = seen.get(key);
      seen.set(key, at);
      const known = credentials.get(lineage);
      credentials.set(lineage, at);
      const fresh = before === undefined || at - before > 10 * DAY;
      // A credential's own first call is no new term.
      return { key: lineage, score: fresh && known !== undefined && at - known <= 10 * DAY ? 1 : 0 };
    },
    clone: () => newTerms(new Map(seen), new Map(credentials)),
  };
}

interface Hours {
  hour: number;
  count: number;
  n: number;
  mean: number;
  m2: number;
}

export function hourlyCounts(rows = new Map<string, Hours>()): Rule {
  return {
    id: 'sigma',
    title: `hourly count per credential beyond mean + 3 sigma of its active hours, at least ${LEAST_COUNT}`,
    see({ credential, at }) {
      const { lineage } = credential;
      const hour = Math.floor(at / HOUR);
      const row = rows.get(lineage) ?? { hour, count: 0, n: 0, mean: 0, m2: 0 };
      rows.set(lineage, row);
      if (hour > row.hour) {
        row.n++;
        const delta = row.count - row.mean;
        row.mean += delta / row.n;
        row.m2 += delta * (row.count - row.mean);
        row.hour = hour;
        row.count = 0;
      }
      row.count++;
      if (row.n < 24) return { key: lineage, score: 0 };
      const sigma = Math.sqrt(row.m2 / (row.n - 1));
      return { key: lineage, score: row.count / Math.max(LEAST_COUNT, row.mean + 3 * sigma) };
    },
    clone: () => hourlyCounts(new Map([...rows].map(([key, row]) => [key, { ...row }]))),
  };
}

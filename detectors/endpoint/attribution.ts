// Who explains a rise on an endpoint: the smallest set of callers without whom the rest would be as usual.
// Always holds: those with most of the outcome first; callers whose own share is usual are never named. At most 1,000 are.

import type { Attributed } from '../detector.ts';
import type { Contribution } from './share-test.ts';

const MOST = 1000;
/** Outcomes of one caller that say something about its share. */
const LEAST = 3;

export interface Explained {
  readonly attributed: Attributed[];
  readonly records: number;
  readonly requests: number;
  readonly bytes: number;
  /** Outcomes of the named callers beyond what is usual. */
  readonly excess: number;
  readonly since: number;
}

/** @param usual upper end of the usual share; @param apart least share of the outcome in a guilty caller's requests */
export function explain(callers: Iterable<Contribution>, o: { usual: number; apart: number }): Explained {
  const guilty = [...callers].filter(
    ({ outcomes, requests }) => outcomes >= LEAST && outcomes / requests >= Math.max(o.apart, o.usual),
  );
  guilty.sort((a, b) => b.outcomes - a.outcomes || (a.lineage < b.lineage ? -1 : 1));
  let records = 0;
  let requests = 0;
  let bytes = 0;
  let excess = 0;
  let since = Number.POSITIVE_INFINITY;
  for (const one of guilty) {
    records += one.records;
    requests += one.requests;
    bytes += one.bytes;
    excess += one.outcomes - o.usual * one.requests;
    since = Math.min(since, one.firstAt);
  }
  return {
    attributed: guilty.slice(0, MOST).map(({ lineage, display, records: own, requests: calls }) => ({
      lineage,
      display,
      records: own,
      requests: calls,
    })),
    records,
    requests,
    bytes,
    excess,
    since,
  };
}

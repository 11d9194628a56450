// How many distinct records and bytes left in an incident: the detector's count at opening, continued call by call.
// Always holds: low ≤ records ≤ high; a record or listing page that repeats is not counted again (see distinct.ts).
// Does not promise the size of listing pages whose gateway logs no item count: those are taken at the asked page size
// and only one item of each is in the lower bound.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import { createDistinctCounter, type DistinctBudget } from './distinct.ts';

/** Share of new objects that the credential's novelty filter takes for known ones (detectors/baseline/view.ts). */
const FILTER_MISS = 0.01;

export interface Exposure {
  /** Counts what one call of the behaviour returned. `novel` is the number of its objects that are new to the credential. */
  count(call: Pick<ApiEvent, 'objects' | 'status' | 'bytes_out'>, novel: number): void;
  /** Counts the items of a listing page, once per distinct page. */
  countPage(event: ApiEvent): void;
  /** Raises the total to what a detector counted over the whole behaviour, when that is more. */
  atLeast(o: { records: number; bytes: number; certain: number }): void;
  /** Marks objects as already contained in what a detector counted. */
  include(objects: ApiEvent['objects']): void;
  readonly records: number;
  readonly bytes: number;
  interval(): Incident['exposed'];
  close(): void;
}

/** @param o.exactLimit distinct records counted exactly; @param o.filtered whether objects pass the novelty filter. */
export function createExposure(o: {
  exactLimit: number;
  budget: DistinctBudget;
  filtered: boolean;
}): Exposure {
  const ids = createDistinctCounter(o);
  const pages = createDistinctCounter(o);
  let base = 0;
  let uncertain = 0;
  let bytes = 0;
  let included = 0;

  const records = (): number => base + ids.count - included;
  return {
    count(call, novel) {
      bytes += call.bytes_out;
      if (call.status < 200 || call.status > 299) return;
      let left = novel;
      for (let i = 0; i < call.objects.length && left > 0; i++) {
        const object = call.objects[i] as ApiEvent['objects'][number];
        if (ids.add(`${object.collection}\n${object.id}`)) left--;
      }
    },
    countPage(event) {
      if (event.status < 200 || event.status > 299) return;
      const size = event.items ?? event.page?.limit ?? 0;
      if (size <= 0 || !pages.add(`${event.route}\n${event.query}\n${event.page?.value ?? ''}`)) return;
      base += size;
      if (event.items === null) uncertain += size - 1;
    },
    atLeast(counted) {
      if (counted.records > records()) {
        base += counted.records - records();
        uncertain = Math.max(uncertain, counted.records - counted.certain);
      }
      if (counted.bytes > bytes) bytes = counted.bytes;
    },
    include(objects) {
      const before = ids.count;
      for (const object of objects) ids.add(`${object.collection}\n${object.id}`);
      included += ids.count - before;
    },
    get records() {
      return Math.round(records());
    },
    get bytes() {
      return bytes;
    },
    interval() {
      const value = Math.round(records());
      const error = 2 * ids.error;
      const missed = o.filtered ? value / (1 - FILTER_MISS) - value : 0;
      return {
        records: value,
        low: Math.max(0, Math.floor(value - error - uncertain)),
        high: Math.ceil(value + error + missed),
        bytes,
      };
    },
    close() {
      ids.close();
      pages.close();
    },
  };
}

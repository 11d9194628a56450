// How many distinct records and bytes left in an incident: the detector's count at opening, continued call by call.
// Always holds: low ≤ records ≤ high; a record or listing page that repeats is not counted again (see distinct.ts).
// `low` holds only what certainly is of the behaviour. A value in a query may be a filter that names a record again
// (`/orders?customer_id=7` beside `/customers/7`), so it counts beside named paths in `high` only. Where any call of the
// credential may belong to the behaviour, what followed is possible and only what a detector counted is certain.
// Does not promise the size of listing pages whose gateway logs no item count: those are taken at the asked page size
// and only one item of each is in the lower bound.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Incident } from '../../schemas/incident.ts';
import { ownShape } from '../own-shape.ts';
import { createDistinctCounter, type DistinctBudget, type StoredDistinct } from './distinct.ts';

/** Share of new objects that the credential's novelty filter takes for known ones (detectors/baseline/view.ts). */
const FILTER_MISS = 0.01;

const NOTHING_COUNTED = { base: 0, listed: 0, certain: 0, possible: 0, bytes: 0 };

/** Query parameters told apart; beyond that nothing read by query alone is certain. */
const MOST_PARAMETERS = 64;

export interface Exposure {
  /** Counts what one call of the behaviour returned. `novel` is the number of its objects that are new to the credential. */
  count(call: Pick<ApiEvent, 'objects' | 'status' | 'bytes_out'>, novel: number): void;
  /** Counts the items of a listing page, once per distinct page. */
  countPage(event: ApiEvent): void;
  /** Takes note of a page that is not (or not yet) of the behaviour: a detector that joins has counted it. */
  notePage(event: ApiEvent): void;
  /** Raises the total to what a detector counted over the whole behaviour, when that is more. */
  atLeast(counted: { records: number; bytes: number }): void;
  /** Raises the lower bound to what a detector counted for certain. */
  certainly(records: number): void;
  /** Raises the upper bound to what a detector thinks possible. */
  possibly(records: number): void;
  readonly records: number;
  readonly bytes: number;
  interval(): Incident['exposed'];
  /** All of it as plain data, for createExposure() to go on with. */
  save(): StoredExposure;
  close(): void;
}

export interface StoredExposure {
  readonly confined: boolean;
  readonly paths: StoredDistinct;
  readonly queries: StoredDistinct;
  readonly pages: StoredDistinct;
  readonly parameters: readonly string[];
  readonly base: number;
  readonly listed: number;
  readonly certain: number;
  readonly possible: number;
  readonly bytes: number;
}

/**
 * @param o.exactLimit distinct records counted exactly
 * @param o.confined whether every counted call is of the behaviour; else they are the new objects of the credential, as
 *   its novelty filter tells
 */
export function createExposure(o: {
  exactLimit: number;
  budget: DistinctBudget;
  confined: boolean;
  /** Goes on from there. */
  saved?: StoredExposure;
}): Exposure {
  const paths = createDistinctCounter(o, o.saved?.paths);
  const queries = createDistinctCounter(o, o.saved?.queries);
  const pages = createDistinctCounter(o, o.saved?.pages);
  const parameters = new Set<string>(o.saved?.parameters);
  let { base, listed, certain, possible, bytes } = o.saved ?? NOTHING_COUNTED;

  const records = (): number => base + Math.max(paths.count, queries.count);
  /** The most read by one query parameter is at least the average. */
  const named = (): number =>
    Math.max(
      paths.count - 2 * paths.error,
      parameters.size < MOST_PARAMETERS
        ? (queries.count - 2 * queries.error) / Math.max(1, parameters.size)
        : 0,
    );
  const low = (): number => {
    if (!o.confined) return certain;
    const mixed = paths.count > 0 && queries.count > 0;
    return Math.max(named() + listed, mixed ? 0 : certain);
  };
  /** The items of a page that was not seen before, else 0. */
  const newItems = (event: ApiEvent): number => {
    if (event.status < 200 || event.status > 299) return 0;
    const size = event.items ?? event.page?.limit ?? 0;
    return size > 0 && pages.add(`${event.route}\n${event.query}\n${event.page?.value ?? ''}`) ? size : 0;
  };
  return ownShape({
    count(call, novel) {
      bytes += call.bytes_out;
      if (call.status < 200 || call.status > 299) return;
      let left = novel;
      for (let i = 0; i < call.objects.length && left > 0; i++) {
        const { collection, id } = call.objects[i] as ApiEvent['objects'][number];
        const inQuery = collection.startsWith('?');
        if (!(inQuery ? queries : paths).add(`${collection}\n${id}`)) continue;
        left--;
        if (inQuery && parameters.size < MOST_PARAMETERS) parameters.add(collection);
      }
    },
    countPage(event) {
      const size = newItems(event);
      if (size === 0) return;
      base += size;
      const known = event.items ?? 1;
      listed += known;
      certain += known;
    },
    notePage(event) {
      newItems(event);
    },
    atLeast(counted) {
      base += Math.max(0, counted.records - base - paths.count - queries.count);
      if (counted.bytes > bytes) bytes = counted.bytes;
    },
    certainly(counted) {
      certain = Math.max(certain, counted);
    },
    possibly(counted) {
      possible = Math.max(possible, counted);
    },
    get records() {
      return Math.round(records());
    },
    get bytes() {
      return bytes;
    },
    interval() {
      const value = Math.round(records());
      const error = 2 * (paths.error + queries.error);
      const missed = o.confined ? 0 : value / (1 - FILTER_MISS) - value;
      const others = Math.min(paths.count, queries.count);
      return {
        records: value,
        low: Math.max(0, Math.min(value, Math.floor(low()))),
        high: Math.max(possible, Math.ceil(value + others + error + missed)),
        bytes,
      };
    },
    save: () => ({
      confined: o.confined,
      paths: paths.save(),
      queries: queries.save(),
      pages: pages.save(),
      parameters: [...parameters],
      base,
      listed,
      certain,
      possible,
      bytes,
    }),
    close() {
      paths.close();
      queries.close();
      pages.close();
    },
  });
}

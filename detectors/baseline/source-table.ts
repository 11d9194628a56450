// A credential's sources: 4 in the light row, 12 more in the heavy block, least used forgotten first.
// Always holds: entries are distinct (prefix, ASN, country, client) tuples; counts decay with a half-life of 30 days.
// Does not promise to remember a source that more than 16 busier or more recent ones pushed out.

import { ownShape } from '../own-shape.ts';
import type { NumberArray, StateView } from '../state/fields.ts';
import {
  type CORE,
  type CORE_SOURCES,
  type HEAVY_SOURCE_FIELDS,
  HEAVY_SOURCES,
  LIGHT_SOURCES,
} from './fields.ts';
import { clusterLabel, countryText, prefixText } from './source-code.ts';
import type { KnownSource } from './view.ts';

const HALF_LIFE_MINUTES = 30 * 24 * 60;

/** Where the event at hand came from, as codes. */
export interface Place {
  prefix: number;
  asn: number;
  country: number;
  client: number;
}

type Entries = Record<keyof typeof CORE_SOURCES, NumberArray>;

export interface SourceTable {
  readonly size: number;
  at(index: number): KnownSource;
  /** Index of the exact entry, or -1. Tries the entry that matched last first. */
  find(place: Place): number;
  /** Count of entry `index`, decayed to `minute`. */
  countAt(index: number, minute: number): number;
  entry(index: number): Entries;
  /** Position of `index` within `entry(index)`. */
  position(index: number): number;
  /** Minute the cluster was first seen among the entries, or -1. */
  clusterSince(place: Place): number;
  /** Counts the event; true when the entry is new. */
  learn(place: Place, minute: number): boolean;
}

export function createSourceTable(options: {
  core: StateView<typeof CORE>;
  light: StateView<typeof CORE_SOURCES>;
  heavy: StateView<typeof HEAVY_SOURCE_FIELDS>;
  hasHeavy: () => boolean;
  /** Text of a hashed prefix, when it is still known. */
  prefixName: (code: number) => string | null;
}): SourceTable {
  const { core, light, heavy, hasHeavy, prefixName } = options;
  const entry = (index: number): Entries => (index < LIGHT_SOURCES ? light : heavy);
  const position = (index: number): number => (index < LIGHT_SOURCES ? index : index - LIGHT_SOURCES);
  const matches = (index: number, place: Place): boolean => {
    const e = entry(index);
    const i = position(index);
    return (
      e.prefix.get(i) === place.prefix &&
      e.client.get(i) === place.client &&
      e.asn.get(i) === place.asn &&
      e.country.get(i) === place.country
    );
  };
  const find = (place: Place): number => {
    const size = core.sourceCount;
    const last = core.sourceLast;
    if (last < size && matches(last, place)) return last;
    for (let index = 0; index < size; index++) if (index !== last && matches(index, place)) return index;
    return -1;
  };
  const countAt = (index: number, minute: number): number => {
    const e = entry(index);
    const i = position(index);
    const age = minute - e.lastAt.get(i);
    const count = e.count.get(i);
    return age > 0 ? count * 2 ** (-age / HALF_LIFE_MINUTES) : count;
  };
  const leastUsed = (minute: number): number => {
    let least = 0;
    for (let index = 1; index < core.sourceCount; index++)
      if (countAt(index, minute) < countAt(least, minute)) least = index;
    return least;
  };
  const seen: KnownSource[] = [];
  for (let index = 0; index < HEAVY_SOURCES; index++) {
    const e = entry(index);
    const i = position(index);
    seen.push({
      get prefix() {
        const code = e.prefix.get(i);
        return prefixText(code) ?? prefixName(code);
      },
      get prefixHash() {
        return e.prefix.get(i);
      },
      get asn() {
        return e.asn.get(i);
      },
      get country() {
        return countryText(e.country.get(i));
      },
      get clientHash() {
        return e.client.get(i);
      },
      get cluster() {
        return clusterLabel({
          prefix: e.prefix.get(i),
          asn: e.asn.get(i),
          country: e.country.get(i),
          client: e.client.get(i),
        });
      },
      get count() {
        return countAt(index, Math.floor(core.lastAt / 60_000));
      },
      get firstAt() {
        return e.firstAt.get(i) * 60_000;
      },
      get lastAt() {
        return e.lastAt.get(i) * 60_000;
      },
    });
  }

  return ownShape({
    get size() {
      return core.sourceCount;
    },
    at(index) {
      if (index >>> 0 !== index || index >= core.sourceCount) throw new RangeError(`no source ${index}`);
      return seen[index]!;
    },
    find,
    countAt,
    entry,
    position,
    clusterSince(place) {
      let since = -1;
      for (let index = 0; index < core.sourceCount; index++) {
        const e = entry(index);
        const i = position(index);
        if (e.client.get(i) !== place.client || e.country.get(i) !== place.country) continue;
        if (e.asn.get(i) !== place.asn || (place.asn === 0 && e.prefix.get(i) !== place.prefix)) continue;
        const first = e.firstAt.get(i);
        if (since < 0 || first < since) since = first;
      }
      return since;
    },
    learn(place, minute) {
      let index = find(place);
      const isNew = index < 0;
      if (isNew) {
        const room = hasHeavy() ? HEAVY_SOURCES : LIGHT_SOURCES;
        index = core.sourceCount < room ? core.sourceCount++ : leastUsed(minute);
      }
      const e = entry(index);
      const i = position(index);
      if (isNew) {
        e.prefix.set(i, place.prefix);
        e.asn.set(i, place.asn);
        e.country.set(i, place.country);
        e.client.set(i, place.client);
        e.count.set(i, 1);
        e.firstAt.set(i, minute);
        e.lastAt.set(i, minute);
      } else {
        e.count.set(i, countAt(index, minute) + 1);
        if (minute > e.lastAt.get(i)) e.lastAt.set(i, minute);
      }
      core.sourceLast = index;
      return isNew;
    },
  });
}

// How likely a source is for a credential: a Pitman–Yor predictive along country ⊃ ASN ⊃ prefix, each level backing
// off to the peer group, that to the tenant, that to a fixed floor (Teh 2006, "A hierarchical Bayesian language model
// based on Pitman–Yor processes"; for sources: Sanna Passino & Heard 2019).
// Always holds: results lie in (0, 1]. Does not promise exact table counts: one table per distinct value is assumed,
// and the group counts credentials, not requests.

import type { NumberArray, StateView } from '../state/fields.ts';
import { type GROUP, GROUP_CLIENTS, GROUP_SOURCES } from './fields.ts';
import type { Place, SourceTable } from './source-table.ts';

const STRENGTH = 1;
const MAX_DISCOUNT = 0.8;
const FLOOR_COUNTRY = 1 / 250;
const FLOOR_ASN = 1 / 100;
const FLOOR_PREFIX = 1 / 256;
const FLOOR_CLIENT = 1 / 100;

/** Probability of any one place when nothing at all is known. */
export const SOURCE_FLOOR = FLOOR_COUNTRY * FLOOR_ASN * FLOOR_PREFIX;

/** Chain of conditionals: P(country), P(ASN | country), P(prefix | ASN). */
interface Chain {
  country: number;
  asn: number;
  prefix: number;
}

/** Counts the levels of one table need, filled by a walk over its entries. */
class Levels {
  total = 0;
  countries = 0;
  inCountry = 0;
  asns = 0;
  inAsn = 0;
  prefixes = 0;
  onPrefix = 0;
  singles = 0;
  entries = 0;
  readonly #countries: number[] = [];
  readonly #asns: number[] = [];
  readonly #prefixes: number[] = [];

  clear(): void {
    this.total = this.inCountry = this.inAsn = this.onPrefix = this.singles = this.entries = 0;
    this.#countries.length = this.#asns.length = this.#prefixes.length = 0;
    this.countries = this.asns = this.prefixes = 0;
  }

  add(entry: Place, count: number, place: Place): void {
    this.total += count;
    this.entries++;
    if (count < 1.5) this.singles++;
    if (!this.#countries.includes(entry.country)) this.countries = this.#countries.push(entry.country);
    if (entry.country !== place.country) return;
    this.inCountry += count;
    if (!this.#asns.includes(entry.asn)) this.asns = this.#asns.push(entry.asn);
    if (entry.asn !== place.asn) return;
    this.inAsn += count;
    if (!this.#prefixes.includes(entry.prefix)) this.prefixes = this.#prefixes.push(entry.prefix);
    if (entry.prefix === place.prefix) this.onPrefix += count;
  }

  /** Writes the chain of this table over `base`. */
  apply(base: Chain): void {
    const discount = discountOf(this.singles, this.entries);
    base.country = predictive(this.inCountry, this.total, this.countries, discount, base.country);
    base.asn = predictive(this.inAsn, this.inCountry, this.asns, discount, base.asn);
    base.prefix = predictive(this.onPrefix, this.inAsn, this.prefixes, discount, base.prefix);
  }
}

function discountOf(singles: number, distinct: number): number {
  return distinct === 0 ? 0 : Math.min(MAX_DISCOUNT, singles / distinct);
}

/** (n_v − d)/(n + θ) + (θ + d·K)/(n + θ) · base, with K distinct values. */
function predictive(count: number, total: number, distinct: number, discount: number, base: number): number {
  const own = Math.max(0, count - discount * Math.min(1, count));
  return Math.min(1, (own + (STRENGTH + discount * distinct) * base) / (total + STRENGTH));
}

type GroupView = StateView<typeof GROUP>;

export interface SourceProbability {
  /** Of the place under the group alone, backed off to the tenant's group. */
  peers(place: Place, group: GroupView, tenant: GroupView | null): number;
  /** Of the place for the credential whose table this is. */
  credential(place: Place, table: SourceTable, minute: number): number;
  /** Of the client for the credential. `peers` must have been asked first for the same place, as above. */
  client(place: Place, table: SourceTable, minute: number): number;
}

/** `credential` and `client` continue from the chain that the last call of `peers` left. */
export function createSourceProbability(): SourceProbability {
  const levels = new Levels();
  const chain: Chain = { country: 0, asn: 0, prefix: 0 };
  const entry: Place = { prefix: 0, asn: 0, country: 0, client: 0 };
  let clientBase = FLOOR_CLIENT;

  const overGroup = (group: GroupView, place: Place): void => {
    levels.clear();
    for (let i = 0; i < GROUP_SOURCES; i++) {
      const count = group.count.get(i);
      if (count === 0) break;
      entry.prefix = group.prefix.get(i);
      entry.asn = group.asn.get(i);
      entry.country = group.country.get(i);
      levels.add(entry, count, place);
    }
    levels.total = Math.max(levels.total, group.sourceTotal);
    levels.apply(chain);
    let used = 0;
    let distinct = 0;
    for (let i = 0; i < GROUP_CLIENTS; i++) {
      const count = group.clientCounts.get(i);
      if (count === 0) break;
      distinct++;
      if (group.clients.get(i) === place.client) used = count;
    }
    clientBase = predictive(used, Math.max(used, group.clientTotal), distinct, 0.5, clientBase);
  };
  return {
    peers(place, group, tenant) {
      chain.country = FLOOR_COUNTRY;
      chain.asn = FLOOR_ASN;
      chain.prefix = FLOOR_PREFIX;
      clientBase = FLOOR_CLIENT;
      if (tenant !== null) overGroup(tenant, place);
      overGroup(group, place);
      return chain.country * chain.asn * chain.prefix;
    },
    credential(place, table, minute) {
      levels.clear();
      for (let index = 0; index < table.size; index++) {
        const e = table.entry(index);
        const i = table.position(index);
        entry.prefix = e.prefix.get(i);
        entry.asn = e.asn.get(i);
        entry.country = e.country.get(i);
        levels.add(entry, table.countAt(index, minute), place);
      }
      const { country, asn, prefix } = chain;
      levels.apply(chain);
      const probability = chain.country * chain.asn * chain.prefix;
      chain.country = country;
      chain.asn = asn;
      chain.prefix = prefix;
      return probability;
    },
    client(place, table, minute) {
      let used = 0;
      let total = 0;
      const clients: number[] = [];
      for (let index = 0; index < table.size; index++) {
        const count = table.countAt(index, minute);
        const client = table.entry(index).client.get(table.position(index));
        total += count;
        if (client === place.client) used += count;
        if (!clients.includes(client)) clients.push(client);
      }
      return predictive(used, total, clients.length, 0.5, clientBase);
    },
  };
}

/**
 * Adds one to a bounded table of counts and returns the index. A newcomer to a full table replaces the least entry
 * and starts at one: unlike in Space-Saving it must not inherit a count, or a stranger would look familiar.
 */
export function countIn(counts: NumberArray, matches: (index: number) => boolean): number {
  let least = 0;
  let fewest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < counts.length; i++) {
    const count = counts.get(i);
    if (count === 0 || matches(i)) {
      counts.set(i, count + 1);
      return i;
    }
    if (count < fewest) {
      fewest = count;
      least = i;
    }
  }
  counts.set(least, 1);
  return least;
}

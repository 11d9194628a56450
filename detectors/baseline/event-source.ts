// The source of the event at hand against what the credential and its peers are known for.
// Always holds: computed at most once per event; probabilities only when a detector asks for them.
// Does not promise values after the event was learned.

import type { ApiEvent } from '../../schemas/event.ts';
import { mix32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { clientHash, clusterLabel, countryCode, prefixCode } from './source-code.ts';
import { SOURCE_FLOOR, type SourceProbability } from './source-probability.ts';
import type { Place, SourceTable } from './source-table.ts';
import type { SourceFacts } from './view.ts';

export interface EventSource extends SourceFacts {
  readonly place: Place;
  readonly minute: number;
  /** Index in the source table, or -1. */
  readonly index: number;
  read(event: ApiEvent): void;
}

/** Asks `peerProbability(place)` first, which leaves the peers' chain for the credential's own. */
export function createEventSource(options: {
  table: SourceTable;
  probabilities: SourceProbability;
  peerProbability: (place: Place) => number;
  /** Credentials behind the prefix. */
  prefixTenants: (place: Place) => number;
}): EventSource {
  const { table, probabilities } = options;
  const place: Place = { prefix: 0, asn: 0, country: 0, client: 0 };
  let at = 0;
  let minute = 0;
  let index = -1;
  let cluster = 0;
  let prefixKnown = false;
  let asnKnown = false;
  let countryKnown = false;
  let clientKnown = false;
  let since = -2;
  let own = -1;
  let peers = -1;
  let client = -1;
  let tenants = -1;

  const compare = (): void => {
    const known = index >= 0;
    prefixKnown = asnKnown = countryKnown = clientKnown = known;
    if (known) return;
    for (let i = 0; i < table.size; i++) {
      const e = table.entry(i);
      const p = table.position(i);
      prefixKnown ||= e.prefix.get(p) === place.prefix;
      asnKnown ||= e.asn.get(p) === place.asn;
      countryKnown ||= e.country.get(p) === place.country;
      clientKnown ||= e.client.get(p) === place.client;
    }
  };
  const estimate = (): void => {
    if (own >= 0) return;
    peers = options.peerProbability(place);
    own = probabilities.credential(place, table, minute);
    client = probabilities.client(place, table, minute);
  };
  return ownShape({
    place,
    get minute() {
      return minute;
    },
    get index() {
      return index;
    },
    get cluster() {
      return cluster;
    },
    get prefixKnown() {
      return prefixKnown;
    },
    get asnKnown() {
      return asnKnown;
    },
    get countryKnown() {
      return countryKnown;
    },
    get clientKnown() {
      return clientKnown;
    },
    get clusterAge() {
      if (since === -2) since = table.clusterSince(place);
      return since < 0 ? 0 : Math.max(0, at - since * 60_000);
    },
    get probability() {
      estimate();
      return own;
    },
    get peerProbability() {
      estimate();
      return peers;
    },
    get clientProbability() {
      estimate();
      return client;
    },
    floorProbability: SOURCE_FLOOR,
    get prefixTenants() {
      if (tenants < 0) tenants = options.prefixTenants(place);
      return tenants;
    },
    read(event) {
      at = event.at;
      minute = Math.floor(at / 60_000);
      place.prefix = prefixCode(event.client.prefix);
      place.asn = event.client.asn;
      place.country = countryCode(event.client.country);
      place.client = clientHash(event.client);
      cluster = clusterLabel(place);
      index = table.find(place);
      compare();
      since = -2;
      own = peers = client = tenants = -1;
    },
  });
}

/** Key of a tenant's prefix in the egress table. */
export function egressKey(tenantHash: number, prefix: number): number {
  return mix32(mix32(prefix) ^ tenantHash) || 1;
}

// The exposure ledger of an incident: which records its credentials were answered with while it ran, from the stored events.
// Always holds: successful answers only, each record once; from the incident's own sources where it is confined to some.
// Does not hold what a listing gave (pages have no ids), nor events older than the retention.

import type { Incident } from '../../schemas/incident.ts';
import type { Store } from './store.ts';

export interface LedgerRow {
  collection: string;
  id: string;
  lineage: string;
  /** ISO 8601, UTC. */
  first_at: string;
  last_at: string;
  requests: number;
  /** Of the log where it has one, else the event's. */
  request_id: string;
}

const MOST = 1_000_000;

export function readLedger(store: Pick<Store, 'query'>, incident: Incident): Promise<LedgerRow[]> {
  const many = incident.attributed.length > 0;
  const prefixes = many
    ? []
    : incident.sources.map(({ prefix }) => prefix).filter((prefix) => prefix.includes('/'));
  return store.query<LedgerRow>(
    `SELECT object.1 AS collection, object.2 AS id, lineage,
       formatDateTime(min(at), '%Y-%m-%dT%H:%i:%SZ') AS first_at, formatDateTime(max(at), '%Y-%m-%dT%H:%i:%SZ') AS last_at,
       count() AS requests, any(ifNull(request_id, toString(events.id))) AS request_id
     FROM events ARRAY JOIN objects AS object
     WHERE tenant = {tenant:String} AND lineage IN {lineages:Array(String)} AND status BETWEEN 200 AND 299
       AND at >= fromUnixTimestamp64Milli({from:Int64}) AND at <= fromUnixTimestamp64Milli({to:Int64})
       AND (empty({prefixes:Array(String)}) OR client_prefix IN {prefixes:Array(String)})
     GROUP BY collection, id, lineage ORDER BY min(at), collection, id LIMIT ${MOST}`,
    {
      tenant: incident.tenant,
      lineages: many ? incident.attributed.map(({ lineage }) => lineage) : [incident.lineage],
      from: Date.parse(incident.first_event_at),
      to: Date.parse(incident.last_event_at) + 999,
      prefixes,
    },
  );
}

// How incidents become rows and come back.
// Always holds: the row with the highest version is the latest state, whatever order states were written in.

import type { Incident } from '../../schemas/incident.ts';
import type { Client } from './client.ts';

const STATUS_ORDER = { open: 0, updated: 1, closed: 2 } as const;

/** A row of `incidents` (schemas/sql/003_incidents.sql). */
export function incidentRow(incident: Incident): object {
  return {
    id: incident.id,
    version: Date.parse(incident.last_event_at) * 4 + STATUS_ORDER[incident.status],
    status: incident.status,
    severity: incident.severity,
    family: incident.family,
    title: incident.title,
    summary: incident.summary,
    tenant: incident.tenant,
    lineage: incident.lineage,
    credential_kind: incident.credential.kind,
    credential_display: incident.credential.display,
    detectors: incident.detectors,
    opened_at: incident.opened_at,
    first_event_at: incident.first_event_at,
    last_event_at: incident.last_event_at,
    exposed_records: incident.exposed.records,
    exposed_bytes: incident.exposed.bytes,
    tuning: incident.tuning,
    incident: JSON.stringify(incident),
  };
}

/** The latest state of each incident, newest first; `since` is event time (ms) of the last event. */
export async function readIncidents(
  client: Client,
  o: { limit?: number; since?: number } = {},
): Promise<Incident[]> {
  const rows = await client.select<{ incident: string }>(
    `SELECT incident FROM incidents FINAL
     WHERE last_event_at >= fromUnixTimestamp64Milli({since:Int64})
     ORDER BY opened_at DESC, id LIMIT {limit:UInt32}`,
    { since: o.since ?? 0, limit: o.limit ?? 1000 },
  );
  return rows.map((row) => JSON.parse(row.incident) as Incident);
}

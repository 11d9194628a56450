// The outbox: which incident goes to which destination, how often it was tried, and whose turn it is to try.
// Always holds: a delivery keeps its id; enqueuing one that exists changes nothing; the newest state counts.
// Does not promise: exactly once. ClickHouse has no lock, so two senders that claim within the same milliseconds
// can both win; they then send the same id twice, which receivers drop by that id.

import type { Delivery } from '../../schemas/delivery.ts';
import type { Client } from './client.ts';

interface Claim {
  now: number;
  limit: number;
  owner: string;
  leaseMs: number;
  /** Only deliveries to this destination. */
  destination?: string;
  /** Those that failed last before this (ms) are due as well. */
  triedBefore?: number;
}

export interface DestinationSummary {
  destination: string;
  pending: number;
  /** When the oldest pending one was put in (ms); null without any. */
  oldestAt: number | null;
  /** What the latest failed attempt ended with; '' when none of these failed. */
  lastError: string;
  dead: number;
}

export interface Outbox {
  /**
   * Adds deliveries; those whose id is there already are left as they are. `created_at` is raised where the clock that gave it is
   * behind that of an earlier state of the same incident, so that they are sent in the order of enqueuing.
   */
  enqueue(rows: readonly Delivery[]): Promise<void>;
  /**
   * Claims up to `limit` pending deliveries whose time has come (`now`, ms), oldest first. Nobody else, and no later
   * call, gets them before `leaseMs` have passed or they were recorded in a new state. Of the deliveries about one
   * incident to one destination only the oldest pending one is handed out, so that they arrive in order.
   */
  due(o: Claim): Promise<Delivery[]>;
  /** Stores the delivery's new state; `updated_at` must not go back. */
  record(delivery: Delivery): Promise<void>;
  get(id: string): Promise<Delivery | null>;
  /** What waits and what was given up (since `deadSince`, ms), per destination that ever had a delivery. */
  summary(o: { deadSince: number }): Promise<DestinationSummary[]>;
  /** Newest first. */
  list(o?: { status?: Delivery['status']; destination?: string; limit?: number }): Promise<Delivery[]>;
}

const COLUMNS =
  'id, destination, incident_id, status, attempts, next_attempt_at, created_at, updated_at, last_error, payload';
/** No wait and no claim is longer than a day: what ends later than this from now was written before the clock was set back. */
const LONGEST_MS = 25 * 3_600_000;
/** More ids than this are looked up in several queries, to keep a query's parameters small. */
const LOOKUP = 500;

export function createOutbox(client: Client): Outbox {
  return {
    async enqueue(rows) {
      for (let from = 0; from < rows.length; from += LOOKUP) {
        const part = rows.slice(from, from + LOOKUP);
        const [existing, latest] = await Promise.all([idsOf(client, part), latestOf(client, part)]);
        const ordered: Delivery[] = [];
        for (const row of part) {
          if (existing.has(row.id)) continue;
          const key = `${row.destination} ${row.incident_id}`;
          const created_at = Math.max(row.created_at, (latest.get(key) ?? 0) + 1);
          latest.set(key, created_at);
          ordered.push({ ...row, created_at });
        }
        await client.insert('deliveries', ordered);
      }
    },

    due: (o) => claimDue(client, o),

    record: (delivery) => client.insert('deliveries', [delivery]),

    async get(id) {
      const rows = await client.select<Delivery>(
        `SELECT ${COLUMNS} FROM deliveries FINAL WHERE id = {id:String}`,
        { id },
      );
      return rows[0] ?? null;
    },

    summary: ({ deadSince }) =>
      client.select<DestinationSummary>(
        `SELECT destination, countIf(status = 'pending') AS pending,
                if(pending = 0, NULL, minIf(created_at, status = 'pending')) AS oldestAt,
                argMaxIf(last_error, updated_at, last_error != ''
                  AND (status = 'pending' OR (status = 'dead' AND updated_at >= {deadSince:Int64}))) AS lastError,
                countIf(status = 'dead' AND updated_at >= {deadSince:Int64}) AS dead
         FROM deliveries FINAL GROUP BY destination ORDER BY destination`,
        { deadSince },
      ),

    list: (o = {}) =>
      client.select<Delivery>(
        `SELECT ${COLUMNS} FROM deliveries FINAL
         WHERE ({status:String} = '' OR status = {status:String})
           AND ({destination:String} = '' OR destination = {destination:String})
         ORDER BY created_at DESC, id LIMIT {limit:UInt32}`,
        { status: o.status ?? '', destination: o.destination ?? '', limit: o.limit ?? 1000 },
      ),
  };
}

async function idsOf(client: Client, rows: readonly Delivery[]): Promise<Set<string>> {
  const existing = await client.select<{ id: string }>(
    'SELECT DISTINCT id FROM deliveries WHERE id IN {ids:Array(FixedString(32))}',
    { ids: rows.map((row) => row.id) },
  );
  return new Set(existing.map(({ id }) => id));
}

/** Of each incident and destination, when its last state was put in. */
async function latestOf(client: Client, rows: readonly Delivery[]): Promise<Map<string, number>> {
  const states = await client.select<{ destination: string; incident_id: string; at: number }>(
    `SELECT destination, incident_id, max(created_at) AS at FROM deliveries
     WHERE incident_id IN {incidents:Array(FixedString(32))} GROUP BY destination, incident_id`,
    { incidents: rows.map((row) => row.incident_id) },
  );
  return new Map(states.map((row) => [`${row.destination} ${row.incident_id}`, row.at]));
}

/** Three steps: find what is due and free, claim it, then see whose claim came first. */
async function claimDue(client: Client, o: Claim): Promise<Delivery[]> {
  const free = await client.select<Delivery>(
    `SELECT ${COLUMNS} FROM deliveries FINAL
     WHERE status = 'pending'
       AND (next_attempt_at <= {now:Int64} OR next_attempt_at > {now:Int64} + {longest:Int64}
            OR (attempts > 0 AND updated_at < {triedBefore:Int64}))
       AND ({destination:String} = '' OR destination = {destination:String})
       AND (destination, incident_id, created_at) IN
         (SELECT destination, incident_id, min(created_at) FROM deliveries FINAL
          WHERE status = 'pending' GROUP BY destination, incident_id)
       AND (id, updated_at) NOT IN
         (SELECT delivery_id, delivery_updated_at FROM delivery_claims WHERE expires_at > {now:Int64} AND expires_at <= {now:Int64} + {longest:Int64})
     ORDER BY created_at, id LIMIT {limit:UInt32}`,
    {
      now: o.now,
      limit: o.limit,
      destination: o.destination ?? '',
      triedBefore: o.triedBefore ?? 0,
      longest: LONGEST_MS,
    },
  );
  if (free.length === 0) return [];
  await client.insert(
    'delivery_claims',
    free.map((delivery) => ({
      delivery_id: delivery.id,
      delivery_updated_at: delivery.updated_at,
      owner: o.owner,
      expires_at: o.now + o.leaseMs,
    })),
  );
  const winners = await client.select<{ id: string; updated_at: number; owner: string }>(
    `SELECT delivery_id AS id, delivery_updated_at AS updated_at, argMin(owner, (claimed_at, owner)) AS owner
     FROM delivery_claims
     WHERE expires_at > {now:Int64} AND expires_at <= {now:Int64} + {longest:Int64} AND delivery_id IN {ids:Array(FixedString(32))}
     GROUP BY delivery_id, delivery_updated_at`,
    { now: o.now, ids: free.map((delivery) => delivery.id), longest: LONGEST_MS },
  );
  const won = new Set(
    winners.filter((row) => row.owner === o.owner).map((row) => `${row.id} ${row.updated_at}`),
  );
  return free.filter((delivery) => won.has(`${delivery.id} ${delivery.updated_at}`));
}

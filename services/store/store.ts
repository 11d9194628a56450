// Everything Keytrail keeps, in ClickHouse: the same code for the embedded server and for one of the user's own.
// Always holds: an insert is stored when its promise resolves; the same token inserts once.
// Throws StoreUnavailable when it is worth trying again later, StoreError when it is not.

import type { ApiEvent } from '../../schemas/event.ts';
import { type Fact, fact as factSchema } from '../../schemas/fact.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { Rejection } from '../../schemas/rejection.ts';
import type { Tuning } from '../../schemas/tuning.ts';
import { type ClientOptions, createStoreClient } from './client.ts';
import { EVENT_COLUMNS, encodeEvents, findingRow, rejectionRow } from './events.ts';
import { createHuntStore, type HuntStore } from './hunts.ts';
import { incidentRow, readIncidents } from './incidents.ts';
import { createLearnedStore, type LearnedStore } from './learned.ts';
import { migrate, readMigrations, type SchemaState, schemaState } from './migrate.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { StoreError } from './store-error.ts';

export { encodeEvents } from './events.ts';
export type { LearnedRow, LearnedStore } from './learned.ts';
export type { Outbox } from './outbox.ts';
export { MigrationError, StoreError, StoreUnavailable } from './store-error.ts';

export interface StoreOptions extends ClientOptions {
  /** Days that events, findings and rejections are kept after they were stored; 0 keeps them for ever. Default 90. */
  retentionDays?: number;
}

export interface Store {
  /** Creates or updates the tables. Throws MigrationError when an applied migration was changed. */
  migrate(): Promise<void>;
  /** How the tables compare with what migrate() makes. Throws MigrationError as it does. */
  schema(): Promise<SchemaState>;
  ping(): Promise<boolean>;
  /** The server's disks, in bytes; none where this user may not see them. */
  disks(): Promise<{ disk: string; free: number; total: number }[]>;
  /** @param events or what encodeEvents() made of them */
  insertEvents(events: readonly ApiEvent[] | Uint8Array, token: string): Promise<void>;
  insertFindings(findings: readonly Finding[], token: string): Promise<void>;
  insertIncidents(incidents: readonly Incident[], token: string): Promise<void>;
  insertRejections(rejections: readonly Rejection[], token: string): Promise<void>;
  /** Keeps what a tuning version means; the same version again changes nothing. */
  recordTuning(o: { version: string; tuning: Tuning }): Promise<void>;
  /** Keeps facts by their ids; the same again changes nothing. */
  insertFacts(facts: readonly { id: string; fact: Fact }[]): Promise<void>;
  /** All facts, in the order they were told. */
  facts(): Promise<Fact[]>;
  readonly learned: LearnedStore;
  readonly outbox: Outbox;
  readonly hunts: HuntStore;
  /** Latest state of each incident, newest first; at most `limit` (1,000) with a last event at or after `since` (ms). */
  incidents(o?: { limit?: number; since?: number }): Promise<Incident[]>;
  /** Rows of any SELECT; values go in as `{name:Type}` parameters. At most 1,000,000 rows. */
  query<T>(sql: string, parameters?: Record<string, unknown>): Promise<T[]>;
  close(): Promise<void>;
}

const ACCESS_DENIED = 497;
/** encodeEvents() leaves nothing to fold within a batch, and folding copies row by row what is a third of an insert's cost. */
const AS_IT_COMES = { optimize_on_insert: 0 } as const;

/** Opens no connection until it is used. */
export function createStore(o: StoreOptions): Store {
  const client = createStoreClient(o);
  return {
    migrate: async () =>
      migrate(client, { migrations: await readMigrations(), retentionDays: o.retentionDays ?? 90 }),
    schema: async () => schemaState(client, await readMigrations()),
    ping: () => client.ping(),
    disks: async () => {
      try {
        return await client.select(
          'SELECT name AS disk, free_space AS free, total_space AS total FROM system.disks',
        );
      } catch (error) {
        if (error instanceof StoreError && error.code === ACCESS_DENIED) return [];
        throw error;
      }
    },
    insertEvents: async (events, token) => {
      const body = events instanceof Uint8Array ? events : encodeEvents(events);
      if (body.length > 0)
        await client.insertBinary('events', EVENT_COLUMNS, body, { token, settings: AS_IT_COMES });
    },
    insertFindings: (findings, token) => client.insert('findings', findings.map(findingRow), token),
    insertIncidents: (incidents, token) => client.insert('incidents', incidents.map(incidentRow), token),
    insertRejections: (rejections, token) => client.insert('rejections', rejections.map(rejectionRow), token),
    recordTuning: ({ version, tuning }) =>
      client.insert(
        'tunings',
        [{ version, author: '', reason: '', tuning: JSON.stringify(tuning) }],
        `tuning/${version}`,
      ),
    insertFacts: (facts) =>
      client.insert(
        'facts',
        facts.map(({ id, fact }) => ({
          id,
          tenant: fact.tenant,
          type: fact.type,
          fact: JSON.stringify(fact),
        })),
      ),
    facts: async () => {
      const rows = await client.select<{ fact: string }>(
        'SELECT argMin(fact, stored_at) AS fact FROM facts GROUP BY id ORDER BY min(stored_at), id',
      );
      return rows.map(({ fact }) => factSchema.parse(JSON.parse(fact)));
    },
    learned: createLearnedStore(client),
    outbox: createOutbox(client),
    hunts: createHuntStore(client),
    incidents: (options) => readIncidents(client, options),
    query: (sql, parameters) => client.select(sql, parameters),
    close: () => client.close(),
  };
}

// The one way to ClickHouse: @clickhouse/client over HTTP, with the project's settings and its errors sorted.
// Always holds: an insert is stored when its promise resolves; SQL takes values as parameters only.
// Does not promise: streaming of large results, except through lines().

import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { StoreError, StoreUnavailable } from './store-error.ts';

/** Rows a query may return at once; more is an error, not a silent cut. */
const MAX_RESULT_ROWS = 1_000_000;
const REQUEST_TIMEOUT_MS = 120_000;
const MAX_SOCKETS = 8;

/** ClickHouse error codes (system.errors) of states that pass by themselves. */
const PASSING = new Set([
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  159, // TIMEOUT_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS
  279, // ALL_CONNECTION_TRIES_FAILED
  319, // UNKNOWN_STATUS_OF_INSERT
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  745, // SERVER_OVERLOADED
  999, // KEEPER_EXCEPTION
]);

/** A full disk or quota, a used-up table of open files: under whatever code ClickHouse reports what the system said. */
const SYSTEM_IS_FULL = /No space left on device|Disk quota exceeded|Too many open files/;

export interface ClientOptions {
  url: string;
  username: string;
  password: string;
  database: string;
  /** Default 120,000. */
  timeoutMs?: number;
}

export interface Client {
  readonly database: string;
  ping(): Promise<boolean>;
  /** Rows of a SELECT, with UInt64 as numbers. */
  select<T>(sql: string, parameters?: Record<string, unknown>): Promise<T[]>;
  /** The whole answer to a SELECT as RowBinary. */
  selectBinary(sql: string, parameters?: Record<string, unknown>): Promise<Buffer>;
  /** Rows of a SELECT one block at a time. */
  stream<T>(sql: string, parameters?: Record<string, unknown>): AsyncIterable<T>;
  /** A statement without a result. `withoutDatabase` for what must run before the database exists. */
  command(
    sql: string,
    options?: { parameters?: Record<string, unknown>; withoutDatabase?: boolean },
  ): Promise<void>;
  /** Stores the rows; with a token, a repeat of the same insert is dropped by ClickHouse. */
  insert(table: string, rows: readonly object[], token?: string): Promise<void>;
  /** Stores rows already encoded as RowBinary. */
  insertBinary(
    table: string,
    columns: readonly string[],
    body: Uint8Array,
    o?: { token?: string; settings?: ClickHouseSettings },
  ): Promise<void>;
  close(): Promise<void>;
}

export function createStoreClient(o: ClientOptions): Client {
  const settings: ClickHouseSettings = {
    async_insert: 0,
    wait_end_of_query: 1,
    date_time_input_format: 'best_effort',
    output_format_json_quote_64bit_integers: 0,
    max_result_rows: String(MAX_RESULT_ROWS),
    deduplicate_blocks_in_dependent_materialized_views: 1,
    // Event times come from logs; one batch may span any number of months.
    max_partitions_per_insert_block: '0',
  };
  const client = createClient({
    url: o.url,
    // The embedded server takes credentials in ClickHouse's own headers only; every server understands them.
    set_basic_auth_header: false,
    http_headers: { 'X-ClickHouse-User': o.username, 'X-ClickHouse-Key': o.password },
    application: 'keytrail',
    request_timeout: o.timeoutMs ?? REQUEST_TIMEOUT_MS,
    max_open_connections: MAX_SOCKETS,
    clickhouse_settings: settings,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const identified = (extra: Record<string, string>) => ({ 'X-ClickHouse-Database': o.database, ...extra });
  const attempt = async <T>(what: string, quote: boolean, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      throw sorted(error, { what, quote, url: o.url });
    }
  };
  const insertSettings = (token: string | undefined): ClickHouseSettings =>
    token === undefined ? {} : { insert_deduplicate: 1, insert_deduplication_token: token };

  return {
    database: o.database,
    ping: async () => (await client.ping()).success,
    select: <T>(sql: string, parameters?: Record<string, unknown>) =>
      attempt('the query', true, async () => {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_params: parameters ?? {},
          http_headers: identified({}),
        });
        return result.json<T>();
      }),
    selectBinary: (sql, parameters) =>
      attempt('the query', true, async () => {
        const { stream } = await client.exec({
          query: `${sql} FORMAT RowBinary`,
          query_params: parameters ?? {},
          http_headers: identified({}),
        });
        return buffer(stream);
      }),
    stream: <T>(sql: string, parameters?: Record<string, unknown>) =>
      blocks<T>(async () => {
        const result = await client.query({
          query: sql,
          format: 'JSONEachRow',
          query_params: parameters ?? {},
          http_headers: identified({}),
          clickhouse_settings: { wait_end_of_query: 0, max_result_rows: '0' },
        });
        return result.stream<T>() as AsyncIterable<{ json(): T }[]>;
      }, o.url),
    command: (sql, options = {}) =>
      attempt('the statement', true, async () => {
        await client.command({
          query: sql,
          query_params: options.parameters ?? {},
          http_headers: options.withoutDatabase === true ? {} : identified({}),
        });
      }),
    insert: (table, rows, token) =>
      attempt(`the insert into ${table}`, false, async () => {
        if (rows.length === 0) return;
        await client.insert({
          table,
          values: rows,
          format: 'JSONEachRow',
          http_headers: identified({}),
          clickhouse_settings: insertSettings(token),
        });
      }),
    insertBinary: (table, columns, body, { token, settings = {} } = {}) =>
      attempt(`the insert into ${table}`, false, async () => {
        const result = await client.exec({
          query: `INSERT INTO ${table} (${columns.join(', ')}) FORMAT RowBinary`,
          values: Readable.from([body], { objectMode: false }),
          http_headers: identified({}),
          clickhouse_settings: { ...settings, ...insertSettings(token) },
        });
        for await (const _ of result.stream) {
          // ClickHouse answers an insert with nothing; reading to the end frees the connection.
        }
      }),
    close: () => client.close(),
  };
}

async function* blocks<T>(
  open: () => Promise<AsyncIterable<{ json(): T }[]>>,
  url: string,
): AsyncGenerator<T> {
  try {
    for await (const rows of await open()) for (const row of rows) yield row.json();
  } catch (error) {
    throw sorted(error, { what: 'the query', quote: true, url });
  }
}

/** Everything that is not ClickHouse's considered answer is the network or the server's state, and passes. */
function sorted(error: unknown, o: { what: string; quote: boolean; url: string }): Error {
  const place = new URL(o.url).host;
  if (!(error instanceof ClickHouseError)) {
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).name;
    return new StoreUnavailable(`ClickHouse at ${place} cannot be reached (${reason})`, { cause: error });
  }
  const code = Number(error.code);
  const type = error.type ?? 'UNKNOWN';
  if (PASSING.has(code) || SYSTEM_IS_FULL.test(error.message))
    return new StoreUnavailable(`ClickHouse at ${place} cannot take ${o.what} now: ${type} (${code})`);
  const detail = o.quote ? `: ${error.message}` : '';
  return new StoreError(code, `ClickHouse refused ${o.what}: ${type} (${code})${detail}`);
}

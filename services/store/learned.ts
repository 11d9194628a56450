// What was learned, as opaque bytes: a row per credential, rows of what a process shares between credentials, and a head per
// part of the input that says how far it is learned. Written and read as RowBinary because JSON cannot carry bytes.
// Always holds: the rows of one save become visible together or not at all (one block of one partition is one part, and
// ClickHouse adds parts whole); of each row the one with the highest version is read.

import type { StoredBaseline } from '../../detectors/engine-contract.ts';
import type { Client } from './client.ts';
import { RowBinary } from './row-binary.ts';
import { RowBinaryReader } from './row-binary-reader.ts';

export interface LearnedRow extends StoredBaseline {
  /** '' for credentials, `shared/…` for what a process shares between them, `head` for heads. */
  shard: string;
  /** The part of the input it was learned from, and up to where: the next position. '' and 0 where nobody counts. */
  part: string;
  position: number;
  /** Names the save it came with. */
  writer: string;
}

interface Key {
  tenant: string;
  lineage: string;
}

export interface LearnedStore {
  /** Fewer than a million rows. Empty writes nothing, and so does a token that was used before. */
  save(rows: readonly LearnedRow[], token: string): Promise<void>;
  /** Who wrote the rows of a shard with these lineages (of no tenant) that are read now, by lineage. */
  writers(shard: string, lineages: readonly string[]): Promise<Map<string, string>>;
  /** The stored rows of a shard with these keys; those never stored are missing. */
  find(shard: string, keys: readonly Key[]): Promise<LearnedRow[]>;
  /** Keys of a shard's rows that are not empty, and the highest version of all its rows; 0 when it has none. */
  kept(shard: string): Promise<{ version: number; keys: Key[] }>;
  /** All rows of a shard other than '', a block at a time. */
  shard(name: string): AsyncIterable<LearnedRow>;
  /** The shards that begin with `prefix`, by name, each with its highest version. */
  shards(prefix: string): Promise<{ shard: string; version: number }[]>;
}

const COLUMNS = [
  'shard',
  'tenant',
  'lineage',
  'layout',
  'version',
  'part',
  'position',
  'writer',
  'updated_at',
  'state',
] as const;
const SELECT = `SELECT ${COLUMNS.join(', ')} FROM learned FINAL`;
/** For rows that come as JSON, a block at a time. */
const SELECT_TEXT = SELECT.replace(/state(?= FROM)/, 'base64Encode(state) AS state');
/** One block, so that the insert is one part; the server's default would cut at 1,048,449 rows anyway. */
const ONE_BLOCK = {
  max_insert_block_size: '1048449',
  min_insert_block_size_rows: '0',
  min_insert_block_size_bytes: '0',
};
/** Most characters of keys in one look-up: ClickHouse takes at most 128 KiB in one query parameter. */
const KEY_CHARACTERS = 60_000;
const AT_ONCE = 4;

export function createLearnedStore(client: Client): LearnedStore {
  return {
    async save(rows, token) {
      if (rows.length === 0) return;
      await client.insertBinary('learned', COLUMNS, encode(rows), { token, settings: ONE_BLOCK });
    },
    async find(shard, keys) {
      const parts = [...cut(keys)];
      const found: LearnedRow[] = [];
      for (let from = 0; from < parts.length; from += AT_ONCE) {
        const answers = await Promise.all(
          parts.slice(from, from + AT_ONCE).map((part) =>
            client.selectBinary(
              // Granules without a wanted key are left after their keys are read. FINAL allows that: only the key decides.
              `${SELECT} PREWHERE shard = {shard:String}
                   AND (tenant, lineage) IN arrayZip({tenants:Array(String)}, {lineages:Array(String)})`,
              {
                shard,
                tenants: part.map(({ tenant }) => tenant),
                lineages: part.map(({ lineage }) => lineage),
              },
            ),
          ),
        );
        for (const answer of answers) found.push(...decode(answer));
      }
      return found;
    },
    async writers(shard, lineages) {
      const rows = await client.select<{ lineage: string; writer: string }>(
        `SELECT lineage, writer FROM learned FINAL
         WHERE shard = {shard:String} AND tenant = '' AND lineage IN {lineages:Array(String)}`,
        { shard, lineages },
      );
      return new Map(rows.map(({ lineage, writer }) => [lineage, writer]));
    },
    async kept(shard) {
      const keys = await client.select<Key>(
        `SELECT tenant, lineage FROM learned FINAL WHERE shard = {shard:String} AND NOT empty(state)`,
        { shard },
      );
      const [highest] = await client.select<{ version: number }>(
        `SELECT max(version) AS version FROM learned WHERE shard = {shard:String}`,
        { shard },
      );
      return { version: Number(highest?.version ?? 0), keys };
    },
    async *shard(name) {
      for await (const row of client.stream<TextRow>(`${SELECT_TEXT} WHERE shard = {name:String}`, { name }))
        yield decodeText(row);
    },
    shards: (prefix) =>
      client.select<{ shard: string; version: number }>(
        `SELECT shard, max(version) AS version FROM learned
         WHERE startsWith(shard, {prefix:String}) GROUP BY shard ORDER BY shard`,
        { prefix },
      ),
  };
}

interface TextRow extends Omit<LearnedRow, 'updatedAt' | 'bytes'> {
  updated_at: number;
  state: string;
}

function decodeText({ updated_at: updatedAt, state, ...row }: TextRow): LearnedRow {
  return { ...row, updatedAt, bytes: new Uint8Array(Buffer.from(state, 'base64')) };
}

/** Rows in the order of COLUMNS. */
function* decode(answer: Buffer): Generator<LearnedRow> {
  const read = new RowBinaryReader(answer);
  while (!read.ended)
    yield {
      shard: read.string(),
      tenant: read.string(),
      lineage: read.string(),
      layout: read.string(),
      version: read.int64(),
      part: read.string(),
      position: read.int64(),
      writer: read.string(),
      updatedAt: read.int64(),
      bytes: read.bytes(),
    };
}

function encode(rows: readonly LearnedRow[]): Uint8Array {
  const body = new RowBinary(rows.reduce((sum, row) => sum + row.bytes.length + 160, 0));
  for (const row of rows) {
    body.string(row.shard);
    body.string(row.tenant);
    body.string(row.lineage);
    body.string(row.layout);
    body.int64(row.version);
    body.string(row.part);
    body.int64(row.position);
    body.string(row.writer);
    body.int64(row.updatedAt);
    body.bytes(row.bytes);
  }
  return body.finish();
}

/** Key sets of bounded size. */
function* cut(keys: readonly Key[]): Generator<Key[]> {
  let part: Key[] = [];
  let characters = 0;
  for (const key of keys) {
    const length = key.tenant.length + key.lineage.length + 8;
    if (characters + length > KEY_CHARACTERS && part.length > 0) {
      yield part;
      part = [];
      characters = 0;
    }
    part.push(key);
    characters += length;
  }
  if (part.length > 0) yield part;
}

// What the store keeps for hunts: the events of a window, how far a hunt has come with what it learned, and who runs it.
// Always holds: of those who claim a window the earliest has it until the claim expires. Does not promise that two who claim within
// the same millisecond never both win: what a hunt finds has ids of its content, so twice is once.

import type { Client } from './client.ts';
import { RowBinary } from './row-binary.ts';
import type { EventRow } from './stored-event.ts';

export interface HuntStore {
  /** Rows of a hunt's SELECT, one block in memory at a time. */
  events(sql: string, parameters: Record<string, unknown>): AsyncIterable<EventRow>;
  /** Null when the hunt never ran. */
  position(hunt: string): Promise<{ until: number; memory: Uint8Array } | null>;
  advance(hunt: string, o: { until: number; memory: Uint8Array }): Promise<void>;
  /** True when the window is this owner's for `leaseMs` from `now`. */
  claim(o: { hunt: string; from: number; owner: string; now: number; leaseMs: number }): Promise<boolean>;
  /** Time of the first event at or after `from` (ms); null when there is none. */
  next(from: number): Promise<number | null>;
}

const CLOCKS_DIFFER_MS = 3_600_000;

export function createHuntStore(client: Client): HuntStore {
  return {
    events: (sql, parameters) => client.stream<EventRow>(sql, parameters),
    async position(hunt) {
      const [row] = await client.select<{ until: number; memory: string }>(
        'SELECT until, base64Encode(memory) AS memory FROM hunts FINAL WHERE hunt = {hunt:String}',
        { hunt },
      );
      return row === undefined
        ? null
        : { until: row.until, memory: new Uint8Array(Buffer.from(row.memory, 'base64')) };
    },
    async advance(hunt, { until, memory }) {
      const body = new RowBinary(memory.length + 128);
      body.string(hunt);
      body.int64(until);
      body.bytes(memory);
      await client.insertBinary('hunts', ['hunt', 'until', 'memory'], body.finish());
    },
    async claim({ hunt, from, owner, now, leaseMs }) {
      // A claim that ends much later than one made now was made before the clock was set back, and holds up nobody.
      const parameters = { hunt, from, now, until: now + leaseMs + CLOCKS_DIFFER_MS };
      const holder = async (): Promise<string | undefined> => {
        const [row] = await client.select<{ owner: string }>(
          `SELECT owner FROM hunt_claims
           WHERE hunt = {hunt:String} AND window_from = {from:Int64} AND expires_at > {now:Int64} AND expires_at <= {until:Int64}
           ORDER BY claimed_at, owner LIMIT 1`,
          parameters,
        );
        return row?.owner;
      };
      const held = await holder();
      if (held !== undefined) return held === owner;
      await client.insert('hunt_claims', [{ hunt, window_from: from, owner, expires_at: now + leaseMs }]);
      return (await holder()) === owner;
    },
    async next(from) {
      const [row] = await client.select<{ n: number; first: number }>(
        `SELECT count() AS n, toUnixTimestamp64Milli(min(at)) AS first FROM events
         WHERE at >= fromUnixTimestamp64Milli({from:Int64})`,
        { from },
      );
      return row === undefined || row.n === 0 ? null : row.first;
    },
  };
}

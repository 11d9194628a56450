// The endpoints of all tenants, each with what was touched, what is usual and whether that has changed: the memory of the
// detectors that judge what many callers share.
// Always holds: bounded in endpoints and bytes (the endpoint used least recently is forgotten); save() and load() keep every
// verdict. Tenants share no endpoint.

import type { Memory } from '../detector.ts';
import { hash32, mix32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { type Contribution, ShareTest } from './share-test.ts';
import { type StoredFilter, TouchedFilter } from './touched-filter.ts';
import { UsualShare } from './usual-share.ts';

const MOST_ENDPOINTS = 2048;
const MOST_BYTES = 96 * 1024 * 1024;
/** About what an endpoint takes beside its filter. */
const ENDPOINT_BYTES = 3000;
const CALLER_BYTES = 160;
const VERSION = 1;

export interface Endpoint {
  readonly touched: TouchedFilter;
  readonly usual: UsualShare;
  readonly test: ShareTest;
  firstAt: number;
  lastAt: number;
}

export interface Endpoints extends Memory {
  /** The endpoint with this key, made when it is new. */
  of(tenant: string, key: number, at: number): Endpoint;
}

export function createEndpoints(): Endpoints {
  const all = new Map<number, Endpoint>();
  let tenantName = '';
  let tenantHash = 0;
  const bytes = (): number => {
    let total = 0;
    for (const one of all.values())
      total += ENDPOINT_BYTES + one.touched.bytes + one.test.callers.size * CALLER_BYTES;
    return total;
  };
  const forgetOldest = (): void => {
    let oldest = -1;
    let at = Number.POSITIVE_INFINITY;
    for (const [key, one] of all) if (one.lastAt < at) [oldest, at] = [key, one.lastAt];
    all.delete(oldest);
  };
  return ownShape({
    get bytes() {
      return bytes();
    },
    of(tenant, key, at) {
      if (tenant !== tenantName) {
        tenantName = tenant;
        tenantHash = hash32(tenant);
      }
      const id = mix32(tenantHash ^ key) * 4096 + (mix32(key) & 4095);
      let one = all.get(id);
      if (one === undefined) {
        if (all.size >= MOST_ENDPOINTS || (all.size % 64 === 63 && bytes() > MOST_BYTES)) forgetOldest();
        one = {
          touched: new TouchedFilter(),
          usual: new UsualShare(),
          test: new ShareTest(),
          firstAt: at,
          lastAt: at,
        };
        all.set(id, one);
      }
      one.lastAt = at;
      return one;
    },
    save: () => encode(all),
    load: (stored) => decode(stored, all),
  });
}

interface StoredEndpoint {
  id: number;
  firstAt: number;
  lastAt: number;
  filters: StoredFilter[];
  usual: Pick<UsualShare, 'cells' | 'all' | 'hour' | 'n' | 'k' | 'tainted'>;
  test: Pick<ShareTest, 'sums' | 'excess' | 'since' | 'reportedAt' | 'reportedRecords'>;
  callers: Contribution[];
}

/** Length of the JSON head, the head, then the bits of all filters. */
function encode(all: ReadonlyMap<number, Endpoint>): Uint8Array {
  const head: StoredEndpoint[] = [];
  const bits: Uint8Array[] = [];
  for (const [id, { firstAt, lastAt, touched, usual, test }] of all) {
    const { cells, all: whole, hour, n, k, tainted } = usual;
    const { sums, excess, since, reportedAt, reportedRecords, callers } = test;
    head.push({
      id,
      firstAt,
      lastAt,
      filters: touched.facts(),
      usual: { cells, all: whole, hour, n, k, tainted },
      test: { sums, excess, since, reportedAt, reportedRecords },
      callers: [...callers.values()],
    });
    bits.push(...touched.bits());
  }
  const json = new TextEncoder().encode(JSON.stringify({ version: VERSION, endpoints: head }));
  const out = new Uint8Array(4 + json.length + bits.reduce((sum, one) => sum + one.length, 0));
  new DataView(out.buffer).setUint32(0, json.length, true);
  out.set(json, 4);
  let at = 4 + json.length;
  for (const one of bits) {
    out.set(one, at);
    at += one.length;
  }
  return out;
}

function decode(stored: Uint8Array, all: Map<number, Endpoint>): boolean {
  const length = new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(stored.subarray(4, 4 + length))) as {
    version: number;
    endpoints: StoredEndpoint[];
  };
  if (head.version !== VERSION) return false;
  let at = 4 + length;
  for (const one of head.endpoints) {
    const endpoint: Endpoint = {
      touched: new TouchedFilter(),
      usual: Object.assign(new UsualShare(), one.usual),
      test: Object.assign(new ShareTest(), one.test),
      firstAt: one.firstAt,
      lastAt: one.lastAt,
    };
    endpoint.test.callers = new Map(one.callers.map((caller) => [caller.lineage, caller]));
    const parts = one.filters.map(({ bytes }) => {
      at += bytes;
      return stored.subarray(at - bytes, at);
    });
    endpoint.touched.load(one.filters, parts);
    all.set(one.id, endpoint);
  }
  return true;
}

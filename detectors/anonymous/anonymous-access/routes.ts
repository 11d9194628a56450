// What is known of each route's protection: who it answers, how much, and to whom it gave records without a credential.
// Always holds: bounded in routes and in objects and callers remembered per route; save() and load() keep every verdict.

import type { Attributed, Memory } from '../../detector.ts';
import { hash32, mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';

const MOST_ROUTES = 20_000;
const MOST_CALLERS = 1000;
const MOST_OBJECTS = 4096;

export interface Caller extends Attributed {
  firstAt: number;
}

export interface RouteFacts {
  /** Successes of identified and of anonymous callers, decayed at 100,000. */
  authenticated: number;
  anonymous: number;
  /** Mean of ln(1 + bytes) of identified successes. */
  logBytes: number;
  firstAt: number;
  lastAt: number;
  /** Distinct UTC days with anonymous answers, and the latest of them. */
  anonymousDays: number;
  anonymousDay: number;
  /** Since anonymous answers began to matter; 0 when they do not. */
  since: number;
  objects: Set<number>;
  /** Distinct objects given, also beyond those remembered. */
  records: number;
  bytes: number;
  requests: number;
  callers: Map<string, Caller>;
  reportedAt: number;
  reportedRecords: number;
}

export interface Routes extends Memory {
  of(tenant: string, method: string, route: string, at: number): RouteFacts;
}

const fresh = (at: number): RouteFacts => ({
  authenticated: 0,
  anonymous: 0,
  logBytes: 0,
  firstAt: at,
  lastAt: 0,
  anonymousDays: 0,
  anonymousDay: 0,
  since: 0,
  objects: new Set(),
  records: 0,
  bytes: 0,
  requests: 0,
  callers: new Map(),
  reportedAt: 0,
  reportedRecords: 0,
});

export function createRoutes(): Routes {
  const all = new Map<number, RouteFacts>();
  return ownShape({
    get bytes() {
      let total = 0;
      for (const { objects, callers } of all.values()) total += 160 + objects.size * 16 + callers.size * 120;
      return total;
    },
    of(tenant, method, route, at) {
      const name = hash32(route, hash32(method));
      const key = mix32(hash32(tenant) ^ name) * 4096 + (mix32(name) & 4095);
      let one = all.get(key);
      if (one === undefined) {
        if (all.size >= MOST_ROUTES) all.delete(all.keys().next().value as number);
        one = fresh(at);
        all.set(key, one);
      }
      return one;
    },
    save() {
      const rows = [...all].map(([key, { objects, callers, ...rest }]) => ({
        key,
        ...rest,
        objects: [...objects],
        callers: [...callers.values()],
      }));
      return new TextEncoder().encode(JSON.stringify({ version: 1, rows }));
    },
    load(stored) {
      const { version, rows } = JSON.parse(new TextDecoder().decode(stored)) as {
        version: number;
        rows: (Omit<RouteFacts, 'objects' | 'callers'> & {
          key: number;
          objects: number[];
          callers: Caller[];
        })[];
      };
      if (version !== 1) return false;
      for (const { key, objects, callers, ...rest } of rows)
        all.set(key, {
          ...rest,
          objects: new Set(objects),
          callers: new Map(callers.map((caller) => [caller.lineage, caller])),
        });
      return true;
    },
  });
}

/** Takes an anonymous answer in; the objects of the call are counted once. */
export function give(
  facts: RouteFacts,
  o: { lineage: string; display: string; objects: readonly number[]; bytes: number; at: number },
): void {
  if (facts.since === 0) facts.since = o.at;
  facts.requests++;
  facts.bytes += o.bytes;
  let records = 0;
  for (const object of o.objects) {
    if (facts.objects.has(object)) continue;
    if (facts.objects.size < MOST_OBJECTS) facts.objects.add(object);
    records++;
  }
  facts.records += records;
  let caller = facts.callers.get(o.lineage);
  if (caller === undefined) {
    if (facts.callers.size >= MOST_CALLERS) return;
    caller = { lineage: o.lineage, display: o.display, records: 0, requests: 0, firstAt: o.at };
    facts.callers.set(o.lineage, caller);
  }
  caller.records += records;
  caller.requests++;
}

/** The anonymous answers of a past episode are over. */
export function forget(facts: RouteFacts): void {
  facts.since = facts.records = facts.bytes = facts.requests = 0;
  facts.reportedAt = facts.reportedRecords = 0;
  facts.objects.clear();
  facts.callers.clear();
}

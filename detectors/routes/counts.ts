// Calls and distinct objects per method and route, for `routes()`.
// Always holds: the counts add up to the events added, whatever was merged. At the bound, routes are merged by their canonical
// template; when that is not enough, new ones are counted as `/{…}`. Distinct objects are exact to 256, then a HyperLogLog (about 6 %).

import type { ApiEvent } from '../../schemas/event.ts';
import type { ScanRoute } from '../../schemas/scan.ts';
import { hash32 } from '../hash.ts';

const EXACT = 256;
const REGISTERS = 256;

interface Entry {
  method: string;
  route: string;
  events: number;
  /** Hashes of the objects seen, until there are more than EXACT. */
  seen: Set<number>;
  /** HyperLogLog registers (Flajolet et al. 2007), once `seen` is full. */
  registers: Uint8Array | null;
}

export interface RouteCounts {
  add(event: ApiEvent, canonical: (path: string) => string): void;
  merged(canonical: (path: string) => string): ScanRoute[];
}

export function createRouteCounts(maxRoutes: number): RouteCounts {
  let methods = new Map<string, Map<string, Entry>>();
  let size = 0;

  function entryOf(
    into: Map<string, Map<string, Entry>>,
    method: string,
    route: string,
  ): { entry: Entry; isNew: boolean } {
    let routes = into.get(method);
    if (routes === undefined) {
      routes = new Map();
      into.set(method, routes);
    }
    let entry = routes.get(route);
    if (entry !== undefined) return { entry, isNew: false };
    entry = { method, route, events: 0, seen: new Set(), registers: null };
    routes.set(route, entry);
    return { entry, isNew: true };
  }

  function merge(canonical: (path: string) => string): Map<string, Map<string, Entry>> {
    const out = new Map<string, Map<string, Entry>>();
    for (const routes of methods.values()) {
      for (const entry of routes.values()) {
        const { entry: into } = entryOf(out, entry.method, canonical(entry.route));
        into.events += entry.events;
        for (const hash of entry.seen) note(into, hash);
        if (entry.registers !== null) join(into, entry.registers);
      }
    }
    return out;
  }

  return {
    add(event, canonical) {
      let { method, route } = event;
      if (methods.get(method)?.has(route) !== true && size >= maxRoutes) {
        methods = merge(canonical);
        size = 0;
        for (const routes of methods.values()) size += routes.size;
        if (size >= maxRoutes * 0.9) {
          if (!methods.has(method)) method = '*';
          route = '/{…}';
        }
      }
      const { entry, isNew } = entryOf(methods, method, route);
      if (isNew) size++;
      entry.events++;
      for (const object of event.objects) note(entry, hash32(object.id, hash32(object.collection)));
    },
    merged(canonical) {
      const out: ScanRoute[] = [];
      for (const routes of merge(canonical).values())
        for (const e of routes.values())
          out.push({ method: e.method, route: e.route, events: e.events, objects: distinct(e) });
      return out.sort(
        (a, b) =>
          b.events - a.events ||
          (a.route < b.route ? -1 : a.route > b.route ? 1 : a.method < b.method ? -1 : 1),
      );
    },
  };
}

function note(entry: Entry, hash: number): void {
  if (entry.registers === null) {
    entry.seen.add(hash);
    if (entry.seen.size <= EXACT) return;
    entry.registers = new Uint8Array(REGISTERS);
    for (const h of entry.seen) register(entry.registers, h);
    entry.seen.clear();
    return;
  }
  register(entry.registers, hash);
}

function register(registers: Uint8Array, hash: number): void {
  const rank = Math.clz32((hash << 8) | 128) + 1;
  const i = hash >>> 24;
  if (registers[i]! < rank) registers[i] = rank;
}

function join(entry: Entry, registers: Uint8Array): void {
  if (entry.registers === null) {
    entry.registers = new Uint8Array(REGISTERS);
    for (const h of entry.seen) register(entry.registers, h);
    entry.seen.clear();
  }
  for (let i = 0; i < REGISTERS; i++)
    if (entry.registers[i]! < registers[i]!) entry.registers[i] = registers[i]!;
}

function distinct(entry: Entry): number {
  if (entry.registers === null) return entry.seen.size;
  let sum = 0;
  let zero = 0;
  for (const r of entry.registers) {
    sum += 2 ** -r;
    if (r === 0) zero++;
  }
  const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
  if (raw <= 2.5 * REGISTERS && zero > 0) return Math.round(REGISTERS * Math.log(REGISTERS / zero));
  return Math.round(raw);
}

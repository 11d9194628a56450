// What goes on at a tenant and its sign-ins as a whole: an outage that refuses good secrets, and sources that try at the same time.
// Always holds: bounded; what is older than an hour counts no more.

import type { Memory } from '../../detector.ts';
import { ownShape } from '../../own-shape.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const OUTAGE = 10 * MINUTE;
const MOST = 512;
const MOST_CALLERS = 1000;
const MOST_ROUTES = 2048;

interface Seen {
  /** Key → latest time. */
  at: Map<number, number>;
}

export interface Wave {
  since: number;
  lastAt: number;
  /** Sources with several refusals, by key, and when. */
  sources: Map<number, number>;
  /** Lineages tried by them: display, attempts, let in. */
  callers: Map<string, { display: string; attempts: number; entered: boolean }>;
  reportedAt: number;
  reportedRecords: number;
}

export interface Spread extends Memory {
  /** A secret that was good is refused to somebody whom nobody guesses at. */
  noteGood(tenant: string, who: number, at: number): void;
  /** Good secrets of so many were refused within ten minutes: what else is refused says nothing. */
  refusesGood(tenant: string, at: number): number;
  wave(key: number, at: number): Wave;
}

export function createSpread(): Spread {
  const tenants = new Map<string, Seen>();
  const waves = new Map<number, Wave>();
  return ownShape({
    get bytes() {
      let total = 0;
      for (const { at } of tenants.values()) total += 60 + at.size * 16;
      for (const { sources, callers } of waves.values())
        total += 100 + sources.size * 16 + callers.size * 120;
      return total;
    },
    noteGood(tenant, who, at) {
      const seen = tenants.get(tenant) ?? { at: new Map() };
      tenants.set(tenant, seen);
      seen.at.delete(who);
      seen.at.set(who, at);
      forget(seen.at, at - OUTAGE);
    },
    refusesGood(tenant, at) {
      const seen = tenants.get(tenant);
      if (seen === undefined) return 0;
      forget(seen.at, at - OUTAGE);
      return seen.at.size;
    },
    wave(key, at) {
      let wave = waves.get(key);
      if (wave === undefined || at - wave.lastAt > HOUR) {
        wave = {
          since: at,
          lastAt: at,
          sources: new Map(),
          callers: new Map(),
          reportedAt: 0,
          reportedRecords: 0,
        };
        waves.delete(key);
        if (waves.size >= MOST_ROUTES) waves.delete(waves.keys().next().value as number);
        waves.set(key, wave);
      }
      wave.lastAt = at;
      forget(wave.sources, at - HOUR);
      return wave;
    },
    save: () =>
      new TextEncoder().encode(
        JSON.stringify({
          tenants: [...tenants].map(([tenant, { at }]) => [tenant, [...at]]),
          waves: [...waves].map(([key, wave]) => [
            key,
            { ...wave, sources: [...wave.sources], callers: [...wave.callers] },
          ]),
        }),
      ),
    load(stored) {
      const rows = JSON.parse(new TextDecoder().decode(stored)) as {
        tenants: [string, [number, number][]][];
        waves: [
          number,
          Omit<Wave, 'sources' | 'callers'> & {
            sources: [number, number][];
            callers: [string, { display: string; attempts: number; entered: boolean }][];
          },
        ][];
      };
      for (const [tenant, at] of rows.tenants) tenants.set(tenant, { at: new Map(at) });
      for (const [key, wave] of rows.waves)
        waves.set(key, { ...wave, sources: new Map(wave.sources), callers: new Map(wave.callers) });
      return true;
    },
  });
}

export function addToWave(
  wave: Wave,
  o: { source: number; at: number; lineage: string; display: string; entered: boolean },
): void {
  wave.sources.delete(o.source);
  wave.sources.set(o.source, o.at);
  if (wave.sources.size > MOST) wave.sources.delete(wave.sources.keys().next().value as number);
  const caller = wave.callers.get(o.lineage);
  if (caller !== undefined) {
    caller.attempts++;
    caller.entered ||= o.entered;
  } else if (wave.callers.size < MOST_CALLERS)
    wave.callers.set(o.lineage, { display: o.display, attempts: 1, entered: o.entered });
}

/** Entries are in order of time. */
function forget(at: Map<number, number>, before: number): void {
  for (const [key, time] of at) {
    if (time >= before && at.size <= MOST) return;
    at.delete(key);
  }
}

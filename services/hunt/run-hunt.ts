// Runs one hunt over the windows that are due, from where it stood, and makes what it finds durable.
// Always holds: a window is hunted after LAG, so that late events are in it; its position moves only when its findings, incidents
// and deliveries are stored; who comes second to a window leaves it alone. After downtime every window is made up for, in order.

import type { Engine } from '../../detectors/engine-contract.ts';
import type { Fact } from '../../schemas/fact.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import type { HuntStore } from '../store/hunts.ts';
import type { Store } from '../store/store.ts';
import { storedEvent } from '../store/stored-event.ts';
import { createJudge, type Hunt, type Judging, parametersOf } from './hunts.ts';
import { packMemory, unpackMemory } from './memory.ts';

const MINUTE = 60_000;
/** What is older than this when it is stored is missed. */
const LAG = 2 * MINUTE;
const WINDOW = 10 * MINUTE;
/** Behind by more, a hunt makes up in longer windows. */
const LONG_WINDOW = 6 * 60 * MINUTE;
const LEASE = 10 * MINUTE;

export interface HuntParts extends Judging {
  store: Pick<Store, 'insertFindings' | 'insertIncidents'>;
  hunts: HuntStore;
  deliverer: { enqueue(incidents: readonly Incident[]): Promise<void> };
  facts: readonly Fact[];
  /** Names this process among others. */
  owner: string;
}

export interface Found {
  hunt: string;
  from: number;
  until: number;
  events: number;
  findings: Finding[];
  incidents: Incident[];
}

export interface Hunter {
  /** Hunts all windows that are due at `now`; one Found each. Stops early when another process runs them, or on the signal. */
  due(now: number, signal?: AbortSignal): AsyncGenerator<Found>;
}

export function createHunter(hunt: Hunt, parts: HuntParts): Hunter {
  const { hunts, store, deliverer, owner } = parts;
  let judge: Engine | null = null;
  let at = -1;

  /** Where to go on: from memory when this process hunted the window before, else from the store. Empty stretches are passed over. */
  const stand = async (): Promise<number | null> => {
    const kept = await hunts.position(hunt.name);
    if (judge === null || (kept !== null && kept.until !== at)) {
      judge = createJudge(hunt, parts);
      if (kept !== null) judge.restore(unpackMemory(kept.memory));
      at = kept?.until ?? 0;
    }
    const next = await hunts.next(at);
    return next === null ? null : Math.max(at, Math.floor(next / WINDOW) * WINDOW);
  };
  /** By the stored events too: a clock that jumps ahead must not make a window of hours that are yet to come. */
  const isBehind = async (from: number, last: number): Promise<boolean> =>
    last - from > LONG_WINDOW && (await hunts.next(from + LONG_WINDOW)) !== null;
  const keep = async ({ findings, incidents, from }: Found): Promise<void> => {
    const token = `hunt/${hunt.name}/${from}`;
    if (findings.length > 0) await store.insertFindings(findings, token);
    if (incidents.length === 0) return;
    await store.insertIncidents(incidents, token);
    await deliverer.enqueue(incidents);
  };

  return {
    async *due(now, signal) {
      const last = now - LAG;
      for (let from = await stand(); from !== null && !signal?.aborted; from = await stand()) {
        const until = from + ((await isBehind(from, last)) ? LONG_WINDOW : WINDOW);
        if (until > last) return;
        if (!(await hunts.claim({ hunt: hunt.name, from, owner, now: Date.now(), leaseMs: LEASE }))) return;
        const found = await huntWindow(hunt, { judge: judge!, parts, from, until });
        await keep(found);
        await hunts.advance(hunt.name, { until, memory: packMemory(judge!.snapshot()) });
        at = until;
        yield found;
      }
    },
  };
}

/** Judges the stored events of a window. */
export async function huntWindow(
  hunt: Hunt,
  o: { judge: Engine; parts: Pick<HuntParts, 'hunts' | 'facts'>; from: number; until: number },
): Promise<Found> {
  const { judge, parts, from, until } = o;
  const found: Found = { hunt: hunt.name, from, until, events: 0, findings: [], incidents: [] };
  const latest = new Map<string, Incident>();
  const rows = parts.hunts.events(hunt.sql, { from, until, ...parametersOf(parts.facts) });
  for await (const row of rows) {
    found.events++;
    const verdict = judge.process(storedEvent(row));
    found.findings.push(...verdict.findings);
    for (const incident of verdict.incidents) latest.set(`${incident.id} ${incident.status}`, incident);
  }
  for (const incident of judge.finish()) latest.set(`${incident.id} ${incident.status}`, incident);
  found.incidents = [...latest.values()];
  return found;
}

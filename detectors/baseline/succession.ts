// Lineage across rotation: which credential a new one replaces, so that it inherits what was learned and rotation is no event.
// Always holds: only a secret's own credential (key, opaque token, certificate) has a successor; others keep their lineage
// anyway. Without a declared rotation there must be exactly one predecessor of the same client or subject, active within 72 h, from
// the same network with the same program, with a past worth inheriting (baseline.ts checks these).
// Does not promise to see a rotation where no client or subject is logged. Bounded; the client seen least recently is forgotten.

import type { ApiEvent } from '../../schemas/event.ts';

const MOST_CLIENTS = 65_536;
/** More credentials of one client at once are a fleet, whose members replace nobody. */
const MOST_ACTIVE = 3;
const WINDOW_HOURS = 72;
const ROTATED: ReadonlySet<string> = new Set(['api-key', 'bearer', 'mtls', 'aws-access-key']);

export interface Succession {
  /** Notes that the credential is active; once an hour is enough. */
  see(event: ApiEvent, hour: number): void;
  /** Lineage that the event's credential, seen for the first time, would replace; null when there is none or several. */
  predecessor(event: ApiEvent, hour: number): string | null;
  save(): readonly StoredClient[];
  load(clients: readonly StoredClient[]): void;
}

export type StoredClient = [key: string, active: [lineage: string, hour: number][]];

export function createSuccession(): Succession {
  const clients = new Map<string, [lineage: string, hour: number][]>();
  const recent = (key: string, hour: number): [string, number][] =>
    (clients.get(key) ?? []).filter(([, at]) => Math.abs(hour - at) <= WINDOW_HOURS);
  return {
    see(event, hour) {
      const key = keyOf(event);
      if (key === null) return;
      const { lineage } = event.credential;
      const active = clients.get(key);
      // Mostly the one that was seen last.
      const latest = active?.at(-1);
      if (latest?.[0] === lineage) latest[1] = hour;
      else {
        const others = recent(key, hour).filter(([name]) => name !== lineage);
        clients.set(key, [...others, [lineage, hour] as [string, number]].slice(-MOST_ACTIVE));
      }
      // Moving a client to the end costs more than the rest, so it is done only where the order will matter.
      if (clients.size > MOST_CLIENTS / 2) {
        const kept = clients.get(key)!;
        clients.delete(key);
        clients.set(key, kept);
      }
      if (clients.size > MOST_CLIENTS) clients.delete(clients.keys().next().value as string);
    },
    predecessor(event, hour) {
      const key = keyOf(event);
      if (key === null) return null;
      const others = recent(key, hour).filter(([name]) => name !== event.credential.lineage);
      return others.length === 1 ? others[0]![0] : null;
    },
    save: () => [...clients],
    load(stored) {
      for (const [key, active] of stored) clients.set(key, active);
    },
  };
}

function keyOf({ tenant, credential }: ApiEvent): string | null {
  if (credential.weak || !ROTATED.has(credential.kind)) return null;
  const owner = credential.client ?? credential.subject;
  return owner === null
    ? null
    : `${tenant}\u0000${credential.kind}\u0000${credential.client ?? ''}\u0000${credential.subject ?? ''}`;
}

// Which incidents of a cell interrupted people, and which of them are about the attack.

import type { Incident } from '../../../schemas/incident.ts';

/** Incidents by id as they stand, with the moment each first paged. */
export class Pages {
  readonly paged = new Map<string, Incident>();
  readonly digest = new Map<string, Incident>();
  /** Takes a verdict's incidents; returns those that page now for the first time. */
  take(incidents: readonly Incident[]): Incident[] {
    const first: Incident[] = [];
    for (const incident of incidents) {
      if (incident.notify === 'digest') {
        if (!this.paged.has(incident.id)) this.digest.set(incident.id, incident);
        continue;
      }
      if (!this.paged.has(incident.id)) first.push(incident);
      this.paged.set(incident.id, incident);
      this.digest.delete(incident.id);
    }
    return first;
  }
}

export const isFleet = (incident: Incident): boolean => incident.credential.kind === 'fleet';

/** About the attack: of one of its credentials, or attributed to some of them; not from before it began. */
export function concerns(
  incident: Incident,
  attack: { lineages: ReadonlySet<string>; start: number },
): boolean {
  // Incidents carry whole milliseconds.
  if (Date.parse(incident.opened_at) < Math.floor(attack.start)) return false;
  return lineagesIn(incident).some((lineage) => attack.lineages.has(lineage));
}

export function lineagesIn(incident: Incident): string[] {
  return incident.attributed.length > 0
    ? incident.attributed.map(({ lineage }) => lineage)
    : [incident.lineage];
}

/** Harmonic mean of precision and recall over credentials. */
export function f1(named: ReadonlySet<string>, guilty: ReadonlySet<string>): number {
  let right = 0;
  for (const lineage of named) if (guilty.has(lineage)) right++;
  return named.size + guilty.size === 0 ? 1 : (2 * right) / (named.size + guilty.size);
}

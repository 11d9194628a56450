// What a lineage may still add to the tree today, and the templates that wait for proof.
// Always holds: at most `maxLineages` allowances and `maxCandidates` candidates, the oldest going first. A forgotten lineage starts afresh:
// the tree's own bounds hold whatever is forgotten here.

import { hash32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';

/** Lineages that must ask for a template no success has proven. */
const WITNESSES = 3;

export interface Allowance {
  /** Hash of the lineage. */
  hash: number;
  day: number;
  unproven: number;
  proven: number;
}

export interface ProofBounds {
  maxCandidates: number;
  maxLineages: number;
  /** New unproven templates (neither 2xx nor 3 lineages) per lineage and day of events. */
  unprovenPerDay: number;
  /** New nodes proven by a success per lineage and day of events. */
  provenPerDay: number;
}

export interface Proof {
  allowanceOf(lineage: string, day: number): Allowance;
  /** Notes an unproven template: `proven` once three lineages have asked for it, `refused` when the allowance is used up. */
  witness(template: string, who: Allowance): 'proven' | 'waiting' | 'refused';
  readonly candidates: number;
}

export function createProof(bounds: ProofBounds): Proof {
  const allowances = new Map<string, Allowance>();
  const candidates = new Map<string, number[]>();

  return ownShape({
    get candidates() {
      return candidates.size;
    },
    allowanceOf(lineage, day) {
      let known = allowances.get(lineage);
      if (known === undefined) {
        if (allowances.size >= bounds.maxLineages) allowances.delete(allowances.keys().next().value!);
        const hash = hash32(lineage);
        known = { hash, day, unproven: 0, proven: 0 };
        allowances.set(lineage, known);
      } else if (known.day < day) {
        known.day = day;
        known.unproven = 0;
        known.proven = 0;
      }
      return known;
    },
    witness(template, who) {
      const witnesses = candidates.get(template);
      if (witnesses !== undefined) {
        if (!witnesses.includes(who.hash)) witnesses.push(who.hash);
        if (witnesses.length < WITNESSES) return 'waiting';
        candidates.delete(template);
        return 'proven';
      }
      if (who.unproven >= bounds.unprovenPerDay) return 'refused';
      who.unproven++;
      if (candidates.size >= bounds.maxCandidates) candidates.delete(candidates.keys().next().value!);
      candidates.set(template, [who.hash]);
      return 'waiting';
    },
  });
}

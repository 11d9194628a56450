// Which family an incident bears when several detectors agree, and which tactics may share an incident.
// Always holds: the order is total and does not depend on how the evidence grows, so a family changes only when a
// more specific detector joins, never back.

import type { Family } from '../../schemas/finding.ts';
import type { Tactic } from '../detector.ts';

/**
 * Detectors from the most specific explanation to the most general. A credential in other hands explains why it
 * enumerates; a page walk or an id walk explains why records are new to it; volume is what is left to say.
 */
const SPECIFIC_FIRST = [
  'D04',
  'D05',
  'D03',
  'D02',
  'D01',
  'D16',
  'D17',
  'D09',
  'D10',
  'D12',
  'D13',
  'D11',
  'D15',
  'D18',
  'D08',
  'D25',
  'D24',
] as const;

const FAMILY_ORDER: readonly Family[] = [
  'destruction',
  'replay',
  'privilege',
  'authentication',
  'lifecycle',
  'anonymous',
  'scraping',
  'enumeration',
  'exposure',
  'automation',
  'volume',
];

/** Lower is more specific. Detectors outside the list rank after it, by family. */
export function specificity(detector: { id: string; family: Family }): number {
  const rank = (SPECIFIC_FIRST as readonly string[]).indexOf(detector.id);
  return rank >= 0 ? rank : SPECIFIC_FIRST.length + FAMILY_ORDER.indexOf(detector.family);
}

/** A posture finding describes a lasting condition, not a behaviour, so it never shares an incident with an attack. */
export function mayShare(a: Tactic, b: Tactic): boolean {
  return a === b || (a !== 'posture' && b !== 'posture');
}

// Every detector, in the order they judge.
// Always holds: ids are unique. Does not promise an order by importance.

import type { Detector } from './detector.ts';

export const CATALOGUE: readonly Detector[] = [];

export function detectorById(id: string): Detector | undefined {
  return CATALOGUE.find((detector) => detector.meta.id === id);
}

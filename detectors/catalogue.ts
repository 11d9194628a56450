// Every detector, in the order they judge.
// Always holds: ids are unique. Does not promise an order by importance.

import type { Detector } from './detector.ts';
import { guessingMisses } from './enumeration/guessing-misses/detector.ts';
import { novelObjects } from './enumeration/novel-objects/detector.ts';
import { sequentialWalk } from './enumeration/sequential-walk/detector.ts';
import { twoPlaces } from './replay/two-places/detector.ts';
import { unfamiliarSource } from './replay/unfamiliar-source/detector.ts';
import { paginationWalk } from './scraping/pagination-walk/detector.ts';
import { dataVolume } from './volume/data-volume/detector.ts';

/** The engine hands each detector views of exactly the state and parameters it declares, so the types meet there. */
export const CATALOGUE = [
  unfamiliarSource,
  twoPlaces,
  novelObjects,
  sequentialWalk,
  guessingMisses,
  paginationWalk,
  dataVolume,
] as unknown as readonly Detector[];

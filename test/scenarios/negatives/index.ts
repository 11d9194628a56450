// All hard negatives, H01 to H22.

import type { HardNegative } from '../contract.ts';
import { FAULTS } from './faults.ts';
import { PLACES } from './places.ts';
import { WORK } from './work.ts';

export const HARD_NEGATIVES: readonly HardNegative[] = [...PLACES, ...WORK, ...FAULTS].sort((a, b) =>
  a.id < b.id ? -1 : 1,
);

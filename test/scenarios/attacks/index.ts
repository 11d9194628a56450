// All attack scenarios, B01 to B24.

import type { Attack } from '../contract.ts';
import { COLLECTION } from './collection.ts';
import { INSIDE } from './inside.ts';
import { LOOKUP } from './lookup.ts';
import { STOLEN } from './stolen.ts';

export const ATTACKS: readonly Attack[] = [...COLLECTION, ...LOOKUP, ...STOLEN, ...INSIDE].sort((a, b) =>
  a.id < b.id ? -1 : 1,
);

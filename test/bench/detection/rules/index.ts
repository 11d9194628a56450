// The rules that Keytrail is compared with.

import { hourlyCounts, newTerms, sessionRate } from './learned.ts';
import { crawling, distinctValues, probing, requestRate } from './rates.ts';
import type { Rule } from './rule.ts';

export const makeRules = (): Rule[] => [
  requestRate(),
  distinctValues(),
  probing(),
  crawling(),
  sessionRate(),
  newTerms(),
  hourlyCounts(),
];
/** Factors on a rule's threshold that are tried to bring its false alarms down. */
export const FACTORS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

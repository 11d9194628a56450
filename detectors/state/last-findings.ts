// When the same detector may speak of the same credential again.
// Always holds: the first finding passes; a later one only when its evidence rose by 2 nats and its records doubled, when
// 6 hours of event time passed, or when it now pages and did not before. Kept in a block only credentials with a finding own.

import type { Draft } from '../detector.ts';
import type { NumberArray } from './fields.ts';

const MORE_NATS = 2;
const AGAIN_MINUTES = 6 * 60;

export interface LastFindings {
  readonly minute: NumberArray;
  readonly logE: NumberArray;
  readonly records: NumberArray;
  readonly paged: NumberArray;
}

/** True when the draft is worth a finding; notes it as the last one. */
export function passes(last: LastFindings, detector: number, draft: Draft, at: number): boolean {
  const minute = Math.max(1, Math.floor(at / 60_000));
  const before = last.minute.get(detector);
  const records = draft.exposed.records;
  const worth =
    before === 0 ||
    Math.abs(minute - before) >= AGAIN_MINUTES ||
    (draft.pages && last.paged.get(detector) === 0) ||
    (draft.logE >= last.logE.get(detector) + MORE_NATS && records >= 2 * last.records.get(detector));
  if (!worth) return false;
  last.minute.set(detector, minute);
  last.logE.set(detector, draft.logE);
  last.records.set(detector, records);
  last.paged.set(detector, draft.pages ? 1 : 0);
  return true;
}

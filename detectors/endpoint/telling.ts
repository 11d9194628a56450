// When what many callers do is worth telling again: at a twentieth more records, so that what is stated stays close to the
// truth, or after an hour. Always holds: at most some 300 findings for an incident of millions of records.

import type { ShareTest } from './share-test.ts';

const HOUR = 3_600_000;
const MORE = 1.05;

export function worthTelling(
  test: Pick<ShareTest, 'reportedAt' | 'reportedRecords'>,
  at: number,
  records: number,
): boolean {
  const first = test.reportedAt === 0;
  if (!first && records < test.reportedRecords * MORE && at - test.reportedAt < HOUR) return false;
  if (!first && records === test.reportedRecords) return false;
  test.reportedAt = at;
  test.reportedRecords = records;
  return true;
}

// Declared windows: a batch, an import, a test that people told beforehand. Inside it a credential is not judged, up to the
// number of records it was declared for; then as always.
// Always holds: scoped to credentials, routes, time and records, never a blanket. What is planted (D16) is judged all the same by
// the one who planted it: see knowledge.canaries. Counts begin anew with the process, so a restart gives the window its records
// back.

import type { ApiEvent } from '../schemas/event.ts';
import type { JobFact } from '../schemas/fact.ts';
import type { Knowledge } from './knowledge.ts';

const MOST = 1000;

export interface Declared {
  /** True when the event is part of a declared window that is not used up; counts its records. */
  covers(event: ApiEvent, novel: number): boolean;
}

export function createDeclared(knowledge: Knowledge): Declared {
  const used = new Map<JobFact, number>();
  return {
    covers(event, novel) {
      const job = knowledge.job(event);
      if (job === null) return false;
      const before = used.get(job) ?? 0;
      const answered = event.status >= 200 && event.status < 300;
      const records = before + (answered ? Math.max(novel, event.items ?? 0) : 0);
      used.set(job, records);
      if (used.size > MOST) used.delete(used.keys().next().value as JobFact);
      return records <= job.records;
    },
  };
}

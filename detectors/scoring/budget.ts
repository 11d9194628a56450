// How many incidents of a tenant may interrupt people: a token bucket in event time. What is over the budget is no less an
// incident; it waits in the digest instead.
// Always holds: at most `perDay` at once and `perDay` a day thereafter; critical incidents are never held back, but count;
// nor are those about many callers (incidents.ts).

import type { Severity } from '../../schemas/finding.ts';
import { ownShape } from '../own-shape.ts';
import { DAY } from './open-incident.ts';

export interface Budget {
  /** True when an incident may page now. */
  spend(tenant: string, severity: Severity, at: number): boolean;
  /** Grows whenever something changes. */
  readonly changes: number;
  /** All of it as plain data, for load(). */
  save(): StoredBudget;
  load(saved: StoredBudget): void;
}

/** Tenant → what is left of its budget, and as of when, ms. */
export type StoredBudget = ReadonlyMap<string, { left: number; at: number }>;

export function createBudget(perDay: number): Budget {
  const buckets = new Map<string, { left: number; at: number }>();
  let changes = 0;
  return ownShape({
    spend(tenant, severity, at) {
      changes++;
      const bucket = buckets.get(tenant) ?? { left: perDay, at };
      buckets.set(tenant, bucket);
      bucket.left = Math.min(perDay, bucket.left + (Math.max(0, at - bucket.at) / DAY) * perDay);
      bucket.at = Math.max(bucket.at, at);
      if (bucket.left < 1 && severity !== 'critical') return false;
      bucket.left = Math.max(0, bucket.left - 1);
      return true;
    },
    get changes() {
      return changes;
    },
    save: () => new Map([...buckets].map(([tenant, bucket]) => [tenant, { ...bucket }])),
    load(saved) {
      for (const [tenant, bucket] of saved) buckets.set(tenant, { ...bucket });
    },
  });
}

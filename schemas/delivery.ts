// One incident on its way to one destination: a row of the outbox.
// Always holds: the id is the same on every attempt, so a receiver can drop repeats; times are milliseconds, UTC.
// Does not promise: that a destination receives it once only; delivery is at least once.

import { z } from 'zod';

export const delivery = z.strictObject({
  /** The `webhook-id`: 32 hex digits, stable over retries. */
  id: z.string().regex(/^[0-9a-f]{32}$/, '32 lower-case hex digits'),
  /** Name of the webhook in the configuration. */
  destination: z.string().min(1),
  incident_id: z.string().length(32),
  /** `dead` deliveries are tried again only when someone asks for it. */
  status: z.enum(['pending', 'delivered', 'dead']),
  /** Attempts made so far. */
  attempts: z.number().int().nonnegative(),
  /** When a pending delivery may be tried, ms. */
  next_attempt_at: z.number().int().nonnegative(),
  created_at: z.number().int().nonnegative(),
  updated_at: z.number().int().nonnegative(),
  /** Why the last attempt failed, empty when none did; never holds a secret. */
  last_error: z.string(),
  /** JSON of the incident as it was when it was enqueued. */
  payload: z.string(),
});
export type Delivery = z.infer<typeof delivery>;

// Keytrail's own webhook payload, in the shape Standard Webhooks recommends: type, timestamp, data.
// Always holds: `data` is exactly the incident of schemas/incident.ts. `timestamp` is event time, so a retry is identical.

import { z } from 'zod';
import { type Incident, incident } from '../incident.ts';

export const nativePayload = z.strictObject({
  type: z.enum(['incident.opened', 'incident.updated', 'incident.closed']),
  /** When it happened: opening time for `incident.opened`, else the last event's time. */
  timestamp: z.iso.datetime(),
  data: incident,
});
export type NativePayload = z.infer<typeof nativePayload>;

const TYPES = { open: 'incident.opened', updated: 'incident.updated', closed: 'incident.closed' } as const;

export function toNative(data: Incident): NativePayload {
  const timestamp = data.status === 'open' ? data.opened_at : data.last_event_at;
  return { type: TYPES[data.status], timestamp, data };
}

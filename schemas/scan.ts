// The machine-readable outputs of `keytrail scan`: summary, one line per credential, event and route.
// Always holds: lines = events + the sum of rejected.

import { z } from 'zod';

const counts = z.record(z.string(), z.number());

export const scanSummary = z.strictObject({
  lines: z.number(),
  events: z.number(),
  rejected: counts,
  credentials: z.number(),
  routes: z.number(),
  incidents: z.strictObject({ total: z.number(), family: counts, detector: counts, severity: counts }),
  first_event_at: z.iso.datetime().nullable(),
  last_event_at: z.iso.datetime().nullable(),
  seconds: z.number(),
  events_per_second: z.number(),
});
export type ScanSummary = z.infer<typeof scanSummary>;

export const scanCredential = z.strictObject({
  lineage: z.string(),
  kind: z.string(),
  display: z.string(),
  events: z.number(),
  /** Distinct objects read. */
  objects: z.number(),
  /** Distinct source prefixes. */
  sources: z.number(),
  /** Distinct routes used. */
  routes: z.number(),
  bytes: z.number(),
  /** Ranks credentials by suspicion, 0 and up. */
  risk: z.number(),
  /** Incident ids. */
  incidents: z.array(z.string()),
  /** Which detectors can judge it already, and what the others wait for. */
  readiness: z.strictObject({
    ready: z.array(z.string()),
    waiting: z.array(z.strictObject({ detector: z.string(), ability: z.string(), after: z.string() })),
  }),
});
export type ScanCredential = z.infer<typeof scanCredential>;

export const scanEvent = z.strictObject({
  at: z.iso.datetime(),
  ip: z.string(),
  method: z.string(),
  path: z.string(),
  route: z.string(),
  query: z.string(),
  status: z.number(),
  bytes_out: z.number(),
  user_agent: z.string(),
  user: z.string().nullable(),
  lineage: z.string(),
  objects: z.array(z.string()),
});
export type ScanEvent = z.infer<typeof scanEvent>;

export const scanRoute = z.strictObject({
  method: z.string(),
  route: z.string(),
  events: z.number(),
  objects: z.number(),
});
export type ScanRoute = z.infer<typeof scanRoute>;

// One detector's verdict on one event of one credential, with its evidence. Findings fold into incidents.
// Always holds: id derives from detector, lineage and event, so a redelivered event gives the same finding.

import { z } from 'zod';

export const FAMILIES = [
  'replay',
  'enumeration',
  'scraping',
  'authentication',
  'privilege',
  'exposure',
  'anonymous',
  'lifecycle',
  'volume',
  'automation',
  'destruction',
] as const;
export const family = z.enum(FAMILIES);
export type Family = z.infer<typeof family>;

export const SEVERITIES = ['info', 'low', 'medium', 'high', 'critical'] as const;
export const severity = z.enum(SEVERITIES);
export type Severity = z.infer<typeof severity>;

/** One feature, observed against what was learned. */
export const evidenceItem = z.strictObject({
  feature: z.string(),
  observed: z.union([z.number(), z.string()]),
  expected: z.union([z.number(), z.string()]),
  unit: z.string(),
  /** Period or sample the comparison covers, in words (`last 24 h`, `212 requests`). */
  window: z.string(),
});
export type EvidenceItem = z.infer<typeof evidenceItem>;

export const finding = z.strictObject({
  id: z.string().length(32),
  detector: z.string().regex(/^D\d\d$/),
  family,
  tenant: z.string(),
  lineage: z.string(),
  /** Event time, ms. */
  at: z.number(),
  event_id: z.string(),
  /** When the behaviour that the finding describes began, ms. */
  since: z.number(),
  /** Natural logarithm of the e-value: evidence against "nothing is wrong". */
  log_e: z.number(),
  /** True when evidence and materiality both suffice to page; otherwise the finding only supports others. */
  pages: z.boolean(),
  /** The claim with its number and its comparison, one sentence without the credential's name. */
  claim: z.string(),
  evidence: z.array(evidenceItem),
  /** Innocent explanations that were tested, and why each was rejected. */
  rejected: z.array(z.string()),
  /** Version of the tuning the event was judged under. */
  tuning: z.string(),
});
export type Finding = z.infer<typeof finding>;

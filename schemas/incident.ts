// An incident: the findings about one credential and tactic, folded and explained. This is what the CLI prints,
// webhooks carry and the HTTP API serves. Fields may join; those here stay.

import { z } from 'zod';
import { evidenceItem, family, severity } from './finding.ts';

const isoTime = z.iso.datetime();

export const incident = z.strictObject({
  /** Stable: derives from tenant, lineage, tactic and opening time. */
  id: z.string().length(32),
  status: z.enum(['open', 'updated', 'closed']),
  severity,
  family,
  title: z.string(),
  /** One or two sentences with the numbers and the comparison. */
  summary: z.string(),
  tenant: z.string(),
  lineage: z.string(),
  credential: z.strictObject({
    kind: z.string(),
    subject: z.string().nullable(),
    client: z.string().nullable(),
    owner: z.string().nullable(),
    display: z.string(),
  }),
  /** `digest`: over the page budget, or evidence without harm; to be read in the daily round, nobody is woken for it. */
  notify: z.enum(['page', 'digest']),
  /** Detector ids, strongest first. */
  detectors: z.array(z.string()),
  /** Event time at which evidence and materiality first sufficed. */
  opened_at: isoTime,
  first_event_at: isoTime,
  last_event_at: isoTime,
  sources: z.array(
    z.strictObject({
      prefix: z.string(),
      asn: z.number(),
      country: z.string(),
      events: z.number(),
      first_at: isoTime,
      last_at: isoTime,
    }),
  ),
  /** Distinct records and bytes that left since the behaviour began, with an interval for the records. */
  exposed: z.strictObject({ records: z.number(), low: z.number(), high: z.number(), bytes: z.number() }),
  /** How rare this is for the credential, in words ("once in 27 years"). */
  odds: z.string(),
  evidence: z.array(evidenceItem),
  /** Request ids of the log where it has them, else event ids; at most 10. */
  samples: z.array(z.string()),
  /** MITRE ATT&CK technique ids. */
  attack: z.array(z.string()),
  /** OWASP API Security 2023 and OWASP NHI 2025 ids. */
  owasp: z.array(z.string()),
  response: z.array(z.strictObject({ action: z.string(), effect: z.string() })),
  /** The tightest limit on this credential that would have stopped it and that its last 30 days never reached. */
  limit: z
    .strictObject({
      unit: z.enum(['new objects', 'requests', 'bytes']),
      per_day: z.number(),
      /** Records out before the limit would have stopped it. */
      records: z.number(),
      /** Most on one ordinary day, and how many days that was learned from. */
      usual: z.number(),
      days: z.number(),
    })
    .nullable(),
  /** Innocent explanations tested and rejected. */
  rejected: z.array(z.string()),
  tuning: z.string(),
  /** The incident of many credentials that took this one over when it closed it; else null. */
  part_of: z.string().length(32).nullable().default(null),
  /**
   * For behaviour spread over many callers: the smallest set of credentials that explains it, most records first. Empty
   * when the incident is about the one credential in `lineage`.
   */
  attributed: z.array(
    z.strictObject({ lineage: z.string(), display: z.string(), records: z.number(), requests: z.number() }),
  ),
});
export type Incident = z.infer<typeof incident>;

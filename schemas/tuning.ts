// The tunable part of the configuration: detector parameters and scoped overrides. The parameters' own names, units
// and ranges come from each detector (detectors/tuning.ts checks them); this is the shape around them.

import { z } from 'zod';

const detectorId = z.string().regex(/^D\d\d$/, 'a detector id such as D08');
const parameters = z.record(z.string(), z.union([z.number(), z.boolean()]));

export const override = z.strictObject({
  /** All given keys must match; `*` at the end matches any rest. */
  scope: z.strictObject({
    tenant: z.string().optional(),
    client: z.string().optional(),
    credential: z.string().optional(),
    route: z.string().optional(),
  }),
  detectors: z.record(detectorId, parameters),
  reason: z.string().min(1),
  author: z.string().optional(),
  /** ISO 8601; the override has no effect on events after it. */
  expires: z.iso.datetime().optional(),
});

export const tuning = z.strictObject({
  /** Shown in every incident judged under it; default: digest of the content. */
  version: z.string().optional(),
  detectors: z.record(detectorId, parameters).default({}),
  overrides: z.array(override).default([]),
});
export type Tuning = z.infer<typeof tuning>;

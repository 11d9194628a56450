// A fact people or other systems tell Keytrail: what credentials are for, which were revoked, what was deployed, planned or
// planted. Facts come from files, the HTTP API (context, CAEP events) and reach every engine; detectors read them through
// detectors/knowledge.ts. Always holds: no fact carries a secret; times are ms since the epoch, UTC.

import { z } from 'zod';

/** Which credentials are meant: every given key must match, a `*` at the end matches any rest; none given means all. */
export const credentialMatch = z.strictObject({
  lineage: z.string().min(1).optional(),
  client: z.string().min(1).optional(),
  subject: z.string().min(1).optional(),
  fingerprint: z.string().length(32).optional(),
  jti: z.string().min(1).optional(),
});
export type CredentialMatch = z.infer<typeof credentialMatch>;

const time = z.number().int().nonnegative();
const tenant = z.string().min(1).default('default');

/** Inventory: what a credential is for and may do. */
export const inventoryFact = z.strictObject({
  type: z.literal('credential'),
  tenant,
  match: credentialMatch,
  owner: z.string().nullable().default(null),
  purpose: z.string().nullable().default(null),
  /** Environment it belongs in (`production`); use elsewhere is D27. */
  environment: z.string().nullable().default(null),
  /** Places it is expected from; a call from one of them is familiar from the first day. */
  sources: z
    .array(
      z.strictObject({
        prefix: z.string().optional(),
        asn: z.number().int().positive().optional(),
        country: z.string().length(2).optional(),
      }),
    )
    .default([]),
  /** What it may read in bulk: collection (`/v1/orders`, `*` for all) and most distinct records in 30 days (null: any number). */
  entitlements: z
    .array(
      z.strictObject({
        collection: z.string().min(1),
        records: z.number().int().positive().nullable().default(null),
      }),
    )
    .default([]),
  /** Peer group, when the client id does not say it. */
  peers: z.string().nullable().default(null),
  /** A declared automated agent: machine speed is expected of it. */
  agent: z.boolean().default(false),
  expires_at: time.nullable().default(null),
});

/** A credential, session or token ended before its time (RFC 7009, CAEP session-revoked or credential-change, key deletion). */
export const revocationFact = z.strictObject({
  type: z.literal('revocation'),
  tenant,
  match: credentialMatch,
  at: time,
  by: z.string().default('unknown'),
  reason: z.string().default(''),
});

/** A new version went live: new routes, user agents and sizes are expected of everybody for a while. */
export const deployFact = z.strictObject({
  type: z.literal('deploy'),
  tenant,
  at: time,
  name: z.string().default(''),
  /** Routes concerned, `*` at the end allowed; empty: all. */
  routes: z.array(z.string()).default([]),
});

/** One credential replaces another and inherits what was learned. */
const rotationFact = z.strictObject({
  type: z.literal('rotation'),
  tenant,
  at: time,
  from: z.string().min(1),
  to: z.string().min(1),
});

/** A declared window: scoped to credentials, routes and a number of records, never a blanket. */
export const jobFact = z.strictObject({
  type: z.literal('job'),
  tenant,
  kind: z.enum(['batch', 'import', 'test']),
  match: credentialMatch,
  routes: z.array(z.string()).default([]),
  from: time,
  until: time,
  /** Most distinct records it may read; beyond, it is judged as usual. */
  records: z.number().int().positive(),
});

/** Something planted that nobody has a reason to touch. `digest` is canaryDigest() of what it names, so that the list gives nothing away. */
export const canaryFact = z.strictObject({
  type: z.literal('canary'),
  tenant,
  kind: z.enum(['object', 'route', 'parameter', 'credential']),
  digest: z.string().length(32),
  name: z.string().default(''),
});

/** What a route or collection holds. */
export const sensitivityFact = z.strictObject({
  type: z.literal('sensitivity'),
  tenant,
  /** Route template or collection, `*` at the end allowed. */
  route: z.string().min(1),
  tags: z.array(
    z.enum(['personal', 'payment', 'health', 'secret', 'public', 'privileged', 'protected', 'lookup']),
  ),
});

export const fact = z.discriminatedUnion('type', [
  inventoryFact,
  revocationFact,
  deployFact,
  rotationFact,
  jobFact,
  canaryFact,
  sensitivityFact,
]);
export type Fact = z.infer<typeof fact>;
/** As people write it: what has a default may be left out. */
export type FactInput = z.input<typeof fact>;
export type InventoryFact = z.infer<typeof inventoryFact>;
export type RevocationFact = z.infer<typeof revocationFact>;
export type JobFact = z.infer<typeof jobFact>;
export type DeployFact = z.infer<typeof deployFact>;
export type CanaryFact = z.infer<typeof canaryFact>;
export type SensitivityTag = z.infer<typeof sensitivityFact>['tags'][number];

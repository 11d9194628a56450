// The part of OCSF 1.8.0 that Keytrail sends, as a strict schema: an attribute that is not here is an error.
// Source: github.com/ocsf/ocsf-schema, release 1.8.0: events/base_event.json, events/findings/{finding,detection_finding}.json,
// objects/{actor,analysis_target,analytic,anomaly,anomaly_analysis,attack,autonomous_system,baseline,endpoint,evidences,
// finding_info,location,metadata,network_endpoint,observable,observation,product,programmatic_credential,related_event,
// remediation,resource_details,sub_technique,tactic,technique,user}.json, types in dictionary.json. Names, requirements
// ("required" = not optional here), enums and at_least_one constraints are OCSF's.

import { z } from 'zod';

const text = z.string();
/** timestamp_t: ms since the epoch. */
const timestamp = z.number().int().nonnegative();
const integer = z.number().int();

/** OCSF `at_least_one`: one of the attributes must be there. */
function oneOf<T extends z.ZodRawShape>(shape: T, names: readonly (keyof T & string)[]) {
  return z
    .strictObject(shape)
    .refine((value) => names.some((name) => (value as Record<string, unknown>)[name] !== undefined), {
      message: `at least one of ${names.join(', ')}`,
    });
}

/** An enum attribute with the caption that its sibling must carry. */
function captioned<I extends string, S extends string>(
  id: I,
  sibling: S,
  captions: Readonly<Record<number, string>>,
) {
  const ids = Object.keys(captions).map(Number);
  return {
    shape: { [id]: z.literal(ids), [sibling]: text } as Record<I, z.ZodType<number>> & Record<S, typeof text>,
    agrees: (value: object): boolean => {
      const row = value as Record<string, unknown>;
      return captions[row[id] as number] === row[sibling];
    },
    message: `${sibling} must be the caption of ${id}`,
  };
}

export const ACTIVITIES = { 1: 'Create', 2: 'Update', 3: 'Close' } as const;
export const STATUSES = { 1: 'New', 2: 'In Progress', 4: 'Resolved' } as const;
export const SEVERITY_CAPTIONS = {
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
  5: 'Critical',
} as const;
export const RISK_LEVELS = { 0: 'Info', 1: 'Low', 2: 'Medium', 3: 'High', 4: 'Critical' } as const;
export const CONFIDENCES = { 1: 'Low', 2: 'Medium', 3: 'High' } as const;
export const OBSERVABLE_TYPES = { 4: 'User Name', 10: 'Resource UID', 12: 'Subnet', 99: 'Other' } as const;

const activity = captioned('activity_id', 'activity_name', ACTIVITIES);
const status = captioned('status_id', 'status', STATUSES);
const severity = captioned('severity_id', 'severity', SEVERITY_CAPTIONS);
const risk = captioned('risk_level_id', 'risk_level', RISK_LEVELS);
const confidence = captioned('confidence_id', 'confidence', CONFIDENCES);
const role = captioned('role_id', 'role', { 1: 'Target', 2: 'Actor', 3: 'Affected', 4: 'Related' });
const observableType = captioned('type_id', 'type', OBSERVABLE_TYPES);
const analyticType = captioned('type_id', 'type', { 1: 'Rule', 2: 'Behavioral', 3: 'Statistical' });
const userType = captioned('type_id', 'type', { 0: 'Unknown', 1: 'User', 4: 'Service' });

const named = { uid: text, name: text };
const analytic = z
  .strictObject({ uid: text, name: text.optional(), ...analyticType.shape })
  .refine(analyticType.agrees, analyticType.message);
const attack = oneOf(
  {
    technique: z.strictObject(named).optional(),
    sub_technique: z.strictObject(named).optional(),
    tactic: z.strictObject(named).optional(),
    version: text,
  },
  ['technique', 'sub_technique', 'tactic'],
);
const findingInfo = z.strictObject({
  uid: text,
  title: text,
  desc: text,
  types: z.array(text),
  analytic,
  related_analytics: z.array(analytic).optional(),
  attacks: z.array(attack).optional(),
  created_time: timestamp,
  modified_time: timestamp,
  first_seen_time: timestamp,
  last_seen_time: timestamp,
  data_sources: z.array(text),
  related_events: z.array(z.strictObject({ uid: text })).optional(),
  related_events_count: integer,
});

const user = oneOf(
  {
    uid: text.optional(),
    name: text.optional(),
    programmatic_credentials: z.array(z.strictObject({ uid: text, type: text })),
    ...userType.shape,
  },
  ['name', 'uid'],
).refine(userType.agrees, userType.message);
const actor = oneOf({ user: user.optional(), app_uid: text.optional() }, ['user', 'app_uid']);
const sourceEndpoint = oneOf(
  {
    name: text.optional(),
    autonomous_system: oneOf({ number: integer.optional(), name: text.optional() }, [
      'number',
      'name',
    ]).optional(),
    location: oneOf({ country: z.string().length(2).optional() }, ['country']).optional(),
  },
  ['name'],
);
const evidence = oneOf(
  {
    name: text.optional(),
    actor: actor.optional(),
    src_endpoint: sourceEndpoint.optional(),
    data: z.json().optional(),
  },
  ['actor', 'data', 'src_endpoint'],
);

const observation = z.strictObject({ value: text, count: integer.optional() });
const pattern = {
  observation_parameter: text,
  observation_type: text,
  observations: z.array(observation).min(1),
};
const anomalyAnalysis = z.strictObject({
  analysis_targets: z.array(z.strictObject({ name: text, type: text.optional() })).min(1),
  anomalies: z.array(z.strictObject(pattern)).min(1),
  baselines: z.array(z.strictObject(pattern)).optional(),
});

const resource = oneOf(
  { uid: text.optional(), name: text.optional(), type: text, owner: user.optional(), ...role.shape },
  ['uid', 'name'],
).refine(role.agrees, role.message);
const observable = z
  .strictObject({ name: text, value: text, ...observableType.shape })
  .refine(observableType.agrees, observableType.message);

const metadata = z.strictObject({
  version: z.literal('1.8.0'),
  product: z.strictObject({ uid: text, name: text, vendor_name: text, version: text }),
  /** Unique per event sent, unlike finding_info.uid. */
  uid: text,
  correlation_uid: text,
  tenant_uid: text,
});

export const ocsfDetectionFinding = z
  .strictObject({
    category_uid: z.literal(2),
    category_name: z.literal('Findings'),
    class_uid: z.literal(2004),
    class_name: z.literal('Detection Finding'),
    type_uid: z.literal([200401, 200402, 200403]),
    type_name: text,
    ...activity.shape,
    ...status.shape,
    ...severity.shape,
    ...risk.shape,
    ...confidence.shape,
    status_detail: text.optional(),
    confidence_score: integer.min(0).max(100),
    risk_score: integer.min(0).max(100),
    time: timestamp,
    start_time: timestamp,
    end_time: timestamp,
    count: integer.min(1),
    message: text,
    is_alert: z.boolean(),
    metadata,
    finding_info: findingInfo,
    evidences: z.array(evidence).min(1),
    anomaly_analyses: z.array(anomalyAnalysis).optional(),
    resources: z.array(resource).min(1),
    observables: z.array(observable),
    remediation: z.strictObject({ desc: text }).optional(),
    unmapped: z.record(z.string(), z.json()),
  })
  .refine(activity.agrees, activity.message)
  .refine(status.agrees, status.message)
  .refine(severity.agrees, severity.message)
  .refine(risk.agrees, risk.message)
  .refine(confidence.agrees, confidence.message)
  .refine((finding) => finding.type_uid === finding.class_uid * 100 + finding.activity_id, {
    message: 'type_uid must be class_uid × 100 + activity_id',
  })
  .refine((finding) => finding.type_name === `${finding.class_name}: ${finding.activity_name}`, {
    message: 'type_name must be "class_name: activity_name"',
  });
export type OcsfDetectionFinding = z.infer<typeof ocsfDetectionFinding>;

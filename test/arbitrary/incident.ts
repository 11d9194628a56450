// Incidents of every shape the schema allows, for property tests.
import fc from 'fast-check';
import { FAMILIES, SEVERITIES } from '../../schemas/finding.ts';
import type { Incident } from '../../schemas/incident.ts';
import { ATTACK_IDS } from '../../schemas/siem/attack.ts';

const hexId = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
const time = fc.integer({ min: 0, max: 4_102_444_800_000 }).map((ms) => new Date(ms).toISOString());
const text = fc.string({ maxLength: 60 });
const count = fc.integer({ min: 0, max: 50_000_000 });
const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), text);

const shape = fc.record({
  id: hexId,
  status: fc.constantFrom('open', 'updated', 'closed'),
  severity: fc.constantFrom(...SEVERITIES),
  family: fc.constantFrom(...FAMILIES),
  title: text,
  summary: text,
  tenant: text,
  lineage: text,
  credential: fc.record({
    kind: fc.constantFrom('api-key', 'jwt', 'basic', 'client', 'anonymous'),
    subject: fc.option(text),
    client: fc.option(text),
    owner: fc.option(text),
    display: text,
  }),
  notify: fc.constantFrom('page', 'digest'),
  detectors: fc.uniqueArray(fc.constantFrom('D01', 'D02', 'D08', 'D09', 'D10', 'D17', 'D24'), {
    minLength: 1,
  }),
  opened_at: time,
  first_event_at: time,
  last_event_at: time,
  sources: fc.array(
    fc.record({
      prefix: fc.constantFrom('203.0.113.0/24', '2001:db8::/48', 'other'),
      asn: fc.constantFrom(0, 64500),
      country: fc.constantFrom('DE', 'ZZ'),
      events: count,
      first_at: time,
      last_at: time,
    }),
    { maxLength: 20 },
  ),
  exposed: fc.record({ records: count, low: count, high: count, bytes: count }),
  odds: text,
  evidence: fc.array(
    fc.record({ feature: text, observed: value, expected: value, unit: text, window: text }),
    {
      maxLength: 5,
    },
  ),
  samples: fc.array(text, { maxLength: 10 }),
  attack: fc.uniqueArray(fc.constantFrom(...ATTACK_IDS, 'T9999'), { maxLength: 6 }),
  owasp: fc.array(fc.constantFrom('API1:2023', 'NHI2:2025'), { maxLength: 2 }),
  response: fc.array(fc.record({ action: text, effect: text }), { maxLength: 4 }),
  rejected: fc.array(text, { maxLength: 3 }),
  limit: fc.option(
    fc.record({
      unit: fc.constantFrom('new objects', 'requests', 'bytes'),
      per_day: count,
      records: count,
      usual: count,
      days: count,
    }),
  ),
  tuning: text,
  part_of: fc.option(fc.constant('0'.repeat(32)), { nil: null }),
  attributed: fc.array(fc.record({ lineage: text, display: text, records: count, requests: count }), {
    maxLength: 3,
  }),
});

/** As it arrives after JSON: plain objects, no negative zero. */
export const arbitraryIncident: fc.Arbitrary<Incident> = shape.map(
  (incident) => JSON.parse(JSON.stringify(incident)) as Incident,
);

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Incident, incident as incidentSchema } from '../../../schemas/incident.ts';
import { ATTACK_IDS, attackOf } from '../../../schemas/siem/attack.ts';
import { nativePayload, toNative } from '../../../schemas/siem/native.ts';
import { toOcsf } from '../../../schemas/siem/ocsf.ts';
import { ocsfDetectionFinding } from '../../../schemas/siem/ocsf-schema.ts';
import { arbitraryIncident } from '../../arbitrary/incident.ts';

const o = { productVersion: '1.2.3' };
const sample = () => fc.sample(arbitraryIncident, { seed: 7, numRuns: 1 })[0] as Incident;

test('every incident maps to a valid OCSF 1.8.0 Detection Finding, also after a JSON round trip', () => {
  fc.assert(
    fc.property(arbitraryIncident, (incident) => {
      assert.deepEqual(incidentSchema.parse(incident), incident);
      const finding = toOcsf(incident, o);
      const result = ocsfDetectionFinding.safeParse(JSON.parse(JSON.stringify(finding)));
      assert.ok(result.success, result.success ? '' : JSON.stringify(result.error.issues));
    }),
    { numRuns: 300 },
  );
});

test('the life cycle is Create, Update and Close of one finding', () => {
  const base = { ...sample(), notify: 'page' as const };
  const seen = (['open', 'updated', 'closed'] as const).map((status) => toOcsf({ ...base, status }, o));
  assert.deepEqual(
    seen.map((f) => [f.type_uid, f.activity_name, f.status, f.is_alert]),
    [
      [200401, 'Create', 'New', true],
      [200402, 'Update', 'In Progress', true],
      [200403, 'Close', 'Resolved', false],
    ],
  );
  assert.equal(
    toOcsf({ ...base, status: 'open', notify: 'digest' }, o).is_alert,
    false,
    'nobody is woken for the digest',
  );
  assert.equal(new Set(seen.map((f) => f.finding_info.uid)).size, 1);
  assert.equal(new Set(seen.map((f) => f.metadata.uid)).size, 3);
});

test('the schema refuses what OCSF would: unknown attributes, wrong captions, empty evidence, wrong type_uid', () => {
  const good = toOcsf(sample(), o);
  const bad: [string, unknown][] = [
    ['unknown attribute', { ...good, severety: 'High' }],
    ['caption', { ...good, severity: 'Extreme' }],
    ['type_uid', { ...good, type_uid: good.type_uid === 200401 ? 200402 : 200401 }],
    ['time as text', { ...good, time: '2026-01-01T00:00:00Z' }],
    ['empty evidence', { ...good, evidences: [{ name: 'source' }] }],
    ['no finding uid', { ...good, finding_info: { ...good.finding_info, uid: undefined } }],
    ['version', { ...good, metadata: { ...good.metadata, version: '1.7.0' } }],
  ];
  assert.ok(ocsfDetectionFinding.safeParse(good).success);
  for (const [what, finding] of bad) assert.ok(!ocsfDetectionFinding.safeParse(finding).success, what);
});

test('techniques carry name, parent and tactic; unknown ids are left out rather than guessed', () => {
  assert.deepEqual(attackOf('T1550.001'), {
    technique: { uid: 'T1550', name: 'Use Alternate Authentication Material' },
    subTechnique: { uid: 'T1550.001', name: 'Application Access Token' },
    tactic: { uid: 'TA0008', name: 'Lateral Movement' },
  });
  assert.equal(attackOf('T9999'), null);
  for (const id of ATTACK_IDS) assert.ok(attackOf(id), id);
});

test('the native payload carries the incident unchanged', () => {
  fc.assert(
    fc.property(arbitraryIncident, (incident) => {
      const payload = nativePayload.parse(JSON.parse(JSON.stringify(toNative(incident))));
      assert.deepEqual(payload.data, JSON.parse(JSON.stringify(incident)));
      assert.equal(payload.type, `incident.${incident.status === 'open' ? 'opened' : incident.status}`);
    }),
    { numRuns: 50 },
  );
});

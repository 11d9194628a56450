// What D22 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';
import { MATURE } from '../../readiness.ts';

export const META: DetectorMeta = {
  id: 'D22',
  name: 'first-privileged',
  title: 'Gets into a privileged function for the first time',
  family: 'privilege',
  tactic: 'access',
  behaviour:
    'A credential succeeds at privileged functions that neither it nor its peers ever used, or with a scope it never had.',
  attack: ['T1078.004', 'T1548', 'T1098.003'],
  owasp: ['API5:2023', 'NHI5:2025'],
  blindSpots: [
    'Privileged functions whose route has no telling name and is not declared as privileged.',
    'A privileged function that peers use as well.',
    'Credentials younger than the learning time: they are judged by what their peers do only.',
  ],
  falsePositives: [
    'Somebody is given a new role, and nobody told Keytrail.',
    'An emergency access that is used once a year.',
  ],
  runbook: [
    'Read the function and what it answered; ask whether this credential may use it at all.',
    'If not, the function lacks a check of its own: close it for everybody who should not be there.',
    'Look for a change of roles or scopes in the audit log of that day, and who made it.',
    'Follow what the credential did next: new keys and users stay behind when it is revoked.',
  ],
  response: [
    {
      action: 'Close the function to this credential',
      effect: 'stops the use of it; everything else the credential does goes on',
    },
    {
      action: 'Revoke the credential and undo what it changed',
      effect: 'ends the access; its integrations stop until they get another',
    },
  ],
  learning: { ability: 'first privileged call', ...MATURE },
};

// What D05 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D05',
  name: 'ended-credential',
  title: 'An ended credential is still used',
  family: 'lifecycle',
  tactic: 'credential-misuse',
  behaviour:
    'A credential that was revoked, has expired or is not yet valid is accepted, or is tried from a place it never came from.',
  attack: ['T1550.001', 'T1078.004'],
  owasp: ['API2:2023', 'NHI1:2025', 'NHI7:2025'],
  blindSpots: [
    'Revocations nobody tells Keytrail about.',
    'Opaque tokens, whose expiry the log does not show.',
  ],
  falsePositives: [
    'A gateway that caches a decision for longer than the grace period.',
    'A revocation that was taken back without being told.',
  ],
  runbook: [
    'Was the request accepted? Then the gateway does not enforce revocation or expiry: that is the first thing to mend.',
    'Compare the sources before and after: another place confirms that somebody else has the credential.',
    'Tell the owner of a forgotten job that still uses it.',
  ],
  response: [
    { action: 'Refuse the credential at the gateway', effect: 'ends what was meant to be ended' },
    { action: 'List what it read since it ended', effect: 'shows what an accepted request gave away' },
  ],
};

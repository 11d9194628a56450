// What D31 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D31',
  name: 'destructive-shift',
  title: 'Objects are read and at once overwritten or deleted',
  family: 'destruction',
  tactic: 'impact',
  behaviour:
    'A credential that seldom did so reads object after object and overwrites or deletes each within a minute, or changes how long things are kept.',
  attack: ['T1486', 'T1485', 'T1490'],
  owasp: ['API5:2023', 'NHI5:2025'],
  blindSpots: [
    'Objects encrypted on the server by one call that names many.',
    'A credential whose ordinary work is to read and write back.',
  ],
  falsePositives: [
    'A migration that rewrites everything with a credential that did not do so before.',
    'A clean-up job on its first run.',
  ],
  runbook: [
    'Stop the credential first, ask afterwards: every minute costs objects.',
    'Look for changed life cycle, retention or encryption settings, and put them back.',
    'Find out whether versions or backups of the objects are out of the credential\u2019s reach.',
  ],
  response: [
    {
      action: 'Take write and delete rights from the credential',
      effect: 'stops the destruction; its reads go on',
    },
    { action: 'Lock versions and backups', effect: 'keeps what can still be restored' },
  ],
};

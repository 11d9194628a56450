// What D33 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D33',
  name: 'atypical-onboarding',
  title: 'New credential that begins like no other',
  family: 'lifecycle',
  tactic: 'collection',
  behaviour:
    'A credential in its first weeks whose calls are unlike those with which others of its client began, and that reads more than they did.',
  attack: ['T1585.003', 'T1199', 'T1078.004'],
  owasp: ['API6:2023', 'NHI3:2025'],
  blindSpots: [
    'Clients of whom fewer than fifty began while Keytrail watched.',
    'A fake partner who first does what partners do.',
  ],
  falsePositives: ['The first customer of a new kind.', 'A migration that begins with a large import.'],
  runbook: [
    'Look up who registered the credential, when, and who approved it. Call them on a number you found yourself.',
    'Look for others registered in the same days, from the same network or domain.',
    'Compare its first calls with the purpose it was given for.',
  ],
  response: [
    {
      action: 'Put the credential on a small allowance of new objects a day until its owner is confirmed',
      effect: 'a real partner waits a day; a fake one has little to gain',
    },
    { action: 'Revoke it and its sisters when nobody answers for them', effect: 'ends the collection' },
  ],
};

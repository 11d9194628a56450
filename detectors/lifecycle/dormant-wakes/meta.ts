// What D06 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D06',
  name: 'dormant-wakes',
  title: 'Forgotten credential wakes up changed',
  family: 'lifecycle',
  tactic: 'credential-misuse',
  behaviour:
    'A credential that was silent far longer than ever before is used again, from somewhere new or for something new.',
  attack: ['T1078.004', 'T1078'],
  owasp: ['API2:2023', 'NHI1:2025', 'NHI7:2025'],
  blindSpots: [
    'A thief who works from where the credential always worked, and does what it always did.',
    'Credentials with fewer than sixteen calls before they fell silent.',
    'A thief who wakes it at home for a call or two and brings what is new after more than a day.',
  ],
  falsePositives: [
    'A project that is taken up again after months, by others and from elsewhere.',
    'A disaster drill.',
  ],
  runbook: [
    'Ask the owner whether anybody uses the credential. If nobody answers for it, it should not exist.',
    'Find where it was stored: repositories, laptops and tickets of people who left.',
    'Compare what it does now with what it did before it fell silent.',
  ],
  response: [
    {
      action: 'Suspend the credential until its owner has answered',
      effect: 'nothing depended on it for weeks; what it does now stops',
    },
    { action: 'Give credentials that are not used an end', effect: 'the next one cannot wake' },
  ],
  learning: { ability: 'silence', requests: 16, activeDays: 1, days: null },
};

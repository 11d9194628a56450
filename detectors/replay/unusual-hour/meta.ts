// What D07 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D07',
  name: 'unusual-hour',
  title: 'Works at hours it never worked',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour:
    'A credential with a firm rhythm is used at hours at which it never was, on several days; never enough to page, but support for others.',
  attack: ['T1078.004', 'T1029'],
  owasp: ['API2:2023', 'NHI2:2025'],
  blindSpots: [
    'Credentials that work around the clock, or without rhythm.',
    'A thief in the same time zone who keeps office hours.',
  ],
  falsePositives: ['On-call duty, travel, a deadline; hence it never pages by itself.'],
  runbook: ['Read it as one more reason beside those that opened the incident.'],
  response: [
    {
      action: 'None by itself',
      effect: 'it raises the evidence of an incident that others opened',
    },
  ],
  learning: { ability: 'rhythm', requests: 100, activeDays: 15, days: null },
};

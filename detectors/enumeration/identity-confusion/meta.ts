// What D32 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D32',
  name: 'identity-confusion',
  title: 'Names two owners in one call',
  family: 'enumeration',
  tactic: 'discovery',
  behaviour:
    'A credential names one customer or user in the path and another in the query, or the same twice with different values, and is answered.',
  attack: ['T1190'],
  owasp: ['API1:2023'],
  blindSpots: [
    'The second value in a header, a cookie or a body: gateways do not log them.',
    'Routes where several credentials name two as a matter of course.',
    'Routes with fewer answers than are needed to know what is usual.',
  ],
  falsePositives: [
    'A new client that compares two customers by a parameter nobody used before.',
    'A client library that repeats a parameter with an old and a new value.',
  ],
  runbook: [
    'Read both values: which of them did the answer belong to?',
    'Repeat the call with a test account: if the second value decides, the check looks at the first only.',
    'Count the different second values that were answered: these records were not the caller\u2019s.',
  ],
  response: [
    {
      action: 'Refuse calls that name the same thing twice on this route',
      effect: 'closes the gap; hardly any client does so on purpose',
    },
    { action: 'Suspend the credential', effect: 'stops the trying and everything else that uses it' },
  ],
};

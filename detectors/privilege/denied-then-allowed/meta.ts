// What D23 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D23',
  name: 'denied-then-allowed',
  title: 'Tries functions it may not use, until one opens',
  family: 'privilege',
  tactic: 'discovery',
  behaviour:
    'A credential is refused at many different functions it never used, and perhaps gets in at one of them.',
  attack: ['T1069.003', 'T1087.004', 'T1548'],
  owasp: ['API5:2023', 'API1:2023'],
  blindSpots: ['Functions that answer 404 instead of 403: D13 and D10 look at those.', 'A single lucky try.'],
  falsePositives: [
    'A new client that asks for everything to see what it may show.',
    'A role that was narrowed while the client was not told.',
  ],
  runbook: [
    'Read the list of refused functions: administration tried in order is no client of yours.',
    'If one opened: read what it gave, and close it.',
    'Ask who changed the rights of the credential in the last day.',
  ],
  response: [
    {
      action: 'Close the function that opened',
      effect: 'stops what it gives; those who may use it must be let in again',
    },
    { action: 'Suspend the credential', effect: 'stops the probing and everything else that uses it' },
  ],
};

// What D25 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D25',
  name: 'excess-exposure',
  title: 'Far more data per answer than the purpose needs',
  family: 'exposure',
  tactic: 'collection',
  behaviour:
    'A credential asks a known route in a way it never did and gets answers many times larger than anybody gets there.',
  attack: ['T1213', 'T1119'],
  owasp: ['API3:2023', 'API4:2023', 'NHI5:2025'],
  blindSpots: [
    'Routes on which fewer than two hundred answers were seen.',
    'Wider answers that are not larger, such as one more sensitive field.',
  ],
  falsePositives: [
    'A new report or screen that asks for everything at once.',
    'A change of the page size by the client.',
  ],
  runbook: [
    'Compare the query with the usual one: which fields, relations or page sizes are new?',
    'Ask the owner what the added data is for.',
    'If nobody knows: answer this client only the fields its purpose needs.',
  ],
  response: [
    {
      action: 'Limit fields, relations and page size for this client',
      effect: 'ends the excess; queries it used before still work',
    },
    { action: 'Revoke or rotate the credential', effect: 'stops everything that uses it' },
  ],
};

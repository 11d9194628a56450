// What D10 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D10',
  name: 'guessing-misses',
  title: 'Guessing object ids',
  family: 'enumeration',
  tactic: 'discovery',
  behaviour: 'A credential asks for many different objects that do not exist or that it may not see.',
  attack: ['T1595.003', 'T1087'],
  owasp: ['API1:2023', 'API4:2023'],
  blindSpots: [
    'Interfaces that answer a wrong guess with 200 and an empty body.',
    'Guesses that nearly always hit, because ids are dense; D09 and D08 see those.',
    'Guesses spread over very many credentials, or repeated by four and more within minutes of each other.',
    'Collections where nearly every caller misses nearly always.',
  ],
  falsePositives: [
    'A client that keeps its own list of objects after many of them were deleted or moved.',
    'A new release that builds wrong ids, until several credentials have missed in the same way.',
  ],
  runbook: [
    'Look at the sampled ids: invented ones follow a pattern, stale ones were valid once.',
    'Check which guesses hit: those records were found without being given.',
    'Where misses were 403, check that the hits were really allowed to this credential.',
    'Ask the owner for a release, a restored backup or a deletion at that time.',
  ],
  response: [
    {
      action: 'Answer misses of this credential slowly or limit them per hour',
      effect: 'guessing becomes useless; ordinary use hardly misses',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the guessing and every integration that uses this credential',
    },
  ],
};

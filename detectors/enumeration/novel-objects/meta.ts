// What D08 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D08',
  name: 'novel-objects',
  title: 'Reads objects it never read before',
  family: 'enumeration',
  tactic: 'collection',
  behaviour:
    'A credential that usually returns to objects it knows reads many it never touched, in any order.',
  attack: ['T1119', 'T1213', 'T1087.004'],
  owasp: ['API1:2023', 'API4:2023', 'API6:2023'],
  blindSpots: [
    'A credential that has only ever read new objects and has no peers to be compared with.',
    'Fewer than a few hundred objects a day, or reads diluted with revisits to the usual share.',
    'Objects named only in request bodies.',
  ],
  falsePositives: [
    'A first import, backfill or migration by a credential that did other work before.',
    'A hand-over of several hundred customers to one account in a day.',
  ],
  runbook: [
    'Compare the number of records with what the purpose of the credential needs in a day.',
    'Ask the owner whether an import, export or hand-over was planned.',
    'Sample the records: are they of one customer, region or product, or spread over everything?',
    'List all records returned since it began; they are the extent of a disclosure.',
  ],
  response: [
    {
      action: 'Limit new objects per day for this credential to what it usually reads',
      effect: 'stops the collection, leaves ordinary use alone',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the collection and every integration that uses this credential',
    },
  ],
};

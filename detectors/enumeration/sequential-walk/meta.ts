// What D09 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D09',
  name: 'sequential-walk',
  title: 'Sequential walk through object ids',
  family: 'enumeration',
  tactic: 'collection',
  behaviour: 'A credential reads objects it never read before in the order of their ids.',
  attack: ['T1119', 'T1595.003'],
  owasp: ['API1:2023', 'API4:2023'],
  blindSpots: [
    'Ids without an order (UUIDs, words) and ids read in random order; D08 and D10 see those.',
    'More than 12 interleaved walks in one collection, or ids further apart than 16 with changing strides.',
    'Walks broken into stretches of fewer than about ten ids at scattered places, as people read; D08 counts those.',
    'Ids in request bodies: gateways do not log them.',
  ],
  falsePositives: [
    'A first full synchronisation in primary-key order, until it has been repeated.',
    'A consumer that reads every object as it is created when nobody else reads the collection.',
    'A viewer that loads several hundred consecutive objects in pages before its peers have shown that this is usual.',
  ],
  runbook: [
    'Compare the id range and the next id with what the owner of the credential is meant to read.',
    'Ask the owner whether a migration, backfill or first synchronisation was started at that time.',
    "Check whether ids beyond the owner's own objects were answered with 2xx: then object authorisation is missing.",
    'List the records that were returned since the walk began; they are the extent of a disclosure.',
  ],
  response: [
    {
      action: 'Limit distinct objects per hour for this credential',
      effect: 'slows the walk; ordinary use re-reads objects and is not affected',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the walk and every integration that uses this credential',
    },
  ],
};

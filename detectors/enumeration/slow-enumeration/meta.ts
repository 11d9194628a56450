// What D15 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D15',
  name: 'slow-enumeration',
  title: 'Collects slowly, or more every day',
  family: 'enumeration',
  tactic: 'collection',
  behaviour:
    'A credential that reads more objects new to it than its habit and its peers explain, day after day, or that came to hold far more than its peers.',
  attack: ['T1119', 'T1030', 'T1213'],
  owasp: ['API1:2023', 'API6:2023'],
  blindSpots: [
    'Growth of less than 15 per cent a week, until the ledger of all objects is full.',
    'A rise that most credentials of the client go through together.',
    'Credentials with fewer than ten ordinary days behind them.',
  ],
  falsePositives: [
    'Somebody who takes over the work of a colleague for several days.',
    'A campaign or a new duty that lasts, and that nobody told of.',
  ],
  runbook: [
    'Look at the objects of the last days: do they have an owner, region or queue in common that explains the work?',
    'Ask what changed on the day it began. New duties and hand-overs are known to somebody.',
    'Compare with colleagues on the same days: did they have less to do?',
    'If it is right, tell it: an entitlement for the collection keeps it quiet up to its number of records.',
  ],
  response: [
    {
      action: 'Limit new objects per day for this credential to what it usually reads',
      effect: 'stops the collection, leaves ordinary use alone',
    },
    {
      action: 'Ask the person or the owner before anything is revoked',
      effect: 'nothing breaks; the collection goes on until they answer',
    },
  ],
  learning: { ability: 'slow growth', requests: 16, activeDays: 10, days: null },
};

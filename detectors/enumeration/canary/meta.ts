// What D16 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D16',
  name: 'canary',
  title: 'Something planted was touched',
  family: 'enumeration',
  tactic: 'collection',
  behaviour:
    'A credential touches an object, route, parameter or key that was planted and that nobody has a reason to touch.',
  attack: ['T1119', 'T1528'],
  owasp: ['API1:2023', 'API9:2023', 'NHI2:2025'],
  blindSpots: [
    'Walks that miss what was planted: with one canary in a thousand objects, 95 % of walks touch one within 3,000 requests.',
    'Collections in which nothing was planted.',
  ],
  falsePositives: [
    'A full synchronisation or a search engine that reads everything, when neither is entitled to.',
    'Tests by those who planted it, when not declared.',
  ],
  runbook: [
    'Ask how the caller came by the id: nothing links to it.',
    'For a planted key: find the place it was put, and who reads there.',
    'List what else the credential touched in the hour before.',
  ],
  response: [
    {
      action: 'Suspend the credential',
      effect: 'stops whoever walks through the collection; everything else that uses it stops as well',
    },
    { action: 'Plant others', effect: 'a canary that is known catches nobody' },
  ],
};

// What D11 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D11',
  name: 'foreign-objects',
  title: "Reads other people's objects",
  family: 'enumeration',
  tactic: 'access',
  behaviour:
    'Where objects are read by those they belong to, a credential succeeds with objects that others keep reading.',
  attack: ['T1213', 'T1530'],
  owasp: ['API1:2023'],
  blindSpots: [
    'Objects that nobody read often enough to have a home.',
    'Collections that everybody shares, and credentials that always read what is not theirs.',
    'Objects named only in request bodies.',
  ],
  falsePositives: [
    'A family, team or deputy that begins to share what was one account.',
    'Work that is handed over from several colleagues at once.',
  ],
  runbook: [
    'For each object: who usually reads it, and should this credential be able to?',
    'If not, the interface lacks a check of ownership on this route: close it for everybody, not for this credential.',
    'Look for the same among other callers: the hole is open to all.',
  ],
  response: [
    {
      action: 'Check ownership on the route before answering',
      effect: 'closes the hole for every caller',
    },
    {
      action: 'Suspend the credential until the owner has explained the reads',
      effect: 'stops this caller, and its ordinary use',
    },
  ],
};

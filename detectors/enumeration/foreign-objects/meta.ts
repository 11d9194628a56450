// What D11 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D11',
  name: 'foreign-objects',
  title: "Reads other people's objects",
  family: 'enumeration',
  tactic: 'access',
  behaviour:
    'A credential reads objects that others keep reading, or one whose work is to read them opens records and leaves them alone.',
  attack: ['T1213', 'T1530'],
  owasp: ['API1:2023'],
  blindSpots: [
    'Objects that nobody read often enough to have a home.',
    'Collections that everybody shares.',
    'Copies that are hidden in real work: each record opened twice, or within minutes of it; D15 counts those.',
    'Who only ever looks at records, from the first day or for 14 days: that is taken for a role.',
    'Objects named only in request bodies.',
  ],
  falsePositives: [
    'A family, team or deputy that begins to share what was one account.',
    'Work that is handed over from several colleagues at once.',
    'A desk whose tool begins to open each record only once, or whose logs begin to lose lines.',
  ],
  runbook: [
    'For each object: who usually reads it, and should this credential be able to?',
    'If not, the interface lacks a check of ownership on this route: close it for everybody, not for this credential.',
    'Look for the same among other callers: the hole is open to all.',
    'Of a desk: which of the records left alone have a ticket, a call or a note? Ask about the others, with their owner and in confidence.',
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
    {
      action: 'Ask for a ticket before a record is opened, or show only what the queue assigned',
      effect: 'stops looking around at a desk; urgent calls without a ticket take longer',
    },
  ],
};

// What D21 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D21',
  name: 'success-after-failures',
  title: 'Guessed, let in, and at work',
  family: 'authentication',
  tactic: 'access',
  behaviour:
    'Within a day secrets are guessed, one is let in from the same new place, and it does something privileged or collects.',
  attack: ['T1110', 'T1078.004'],
  owasp: ['API2:2023'],
  blindSpots: [
    'A guess that is right before several others were refused.',
    'An account without a past: no place is new to it.',
    'Guesses through one network and the success through another.',
  ],
  falsePositives: [
    'Somebody who travels, forgot the password, and then does administrative work for the first time.',
  ],
  runbook: [
    'End the sessions of the account and have its secret changed before anything else.',
    'Read what was called after the success, in order; undo new keys, users and rules.',
    'Look for other accounts that the same source tried.',
  ],
  response: [
    {
      action: 'End the sessions of the account and change its secret',
      effect: 'locks the intruder out; its owner signs in anew',
    },
    {
      action: 'Refuse the source',
      effect: 'stops further guesses from there; others behind the same address are refused, too',
    },
  ],
};

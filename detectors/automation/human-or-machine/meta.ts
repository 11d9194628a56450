// What D28 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D28',
  name: 'human-or-machine',
  title: 'A person uses the key of a machine, or the reverse',
  family: 'automation',
  tactic: 'credential-misuse',
  behaviour:
    "A credential changes its kind: a program's key is used at a browser and at human pace, or a person's session by a script.",
  attack: ['T1078.004', 'T1550.001'],
  owasp: ['NHI10:2025', 'API2:2023'],
  blindSpots: [
    'A person who works through the same program, and a script that names itself a browser.',
    'Credentials that always were used by both.',
    'Credentials with fewer than thirty hours of use behind them.',
  ],
  falsePositives: [
    'Developers who look into a problem with the key of the service, on more than one day.',
    'A desktop application that is rebuilt on a browser engine, for one customer first.',
  ],
  runbook: [
    'Ask the owner who works with the key by hand. Give people credentials of their own.',
    "Look at the network they come from: is it the office, or nobody's?",
    'Rotate a key that people have seen.',
  ],
  response: [
    {
      action: 'Rotate the key and keep it where only the program reads it',
      effect: 'ends use by hand; the program needs the new key',
    },
  ],
  learning: { ability: 'kind of use', requests: 240, activeDays: 2, days: null },
};

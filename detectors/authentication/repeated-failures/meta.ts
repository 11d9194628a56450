// What D19 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D19',
  name: 'repeated-failures',
  title: 'Secrets are guessed',
  family: 'authentication',
  tactic: 'access',
  behaviour:
    'Many different secrets are refused on one account, or many accounts and secrets are refused to one source.',
  attack: ['T1110.001', 'T1110.003'],
  owasp: ['API2:2023', 'API4:2023'],
  blindSpots: [
    'Logs that name neither the account nor a fingerprint of the secret: every attempt looks the same.',
    'Guesses on one account where the log has its name only: they cannot be told from one wrong secret retried.',
    'Fewer than one guess an hour on an account whose owner signs in every hour.',
  ],
  falsePositives: [
    'A check that knocks with an invented secret each time.',
    'A proxy that hides many people behind one address, while all of them must choose new passwords.',
  ],
  runbook: [
    'Was one of the guesses let in? Then the account is taken over: end its sessions first.',
    'Look at the source: a network of yours points to a broken job, a stranger to guessing.',
    'Compare the accounts with lists of leaked names.',
    'Ask the owner whether a password was changed on that day.',
  ],
  response: [
    {
      action: 'Slow down or refuse sign-ins from the source for an hour',
      effect: 'guessing becomes useless; others behind the same address must wait, too',
    },
    {
      action: 'Lock the account until its owner confirms',
      effect: 'protects it; its owner cannot sign in meanwhile, nor can jobs that use it',
    },
  ],
};

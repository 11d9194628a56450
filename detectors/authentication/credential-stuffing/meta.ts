// What D20 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D20',
  name: 'credential-stuffing',
  title: 'A list of accounts is tried at a sign-in',
  family: 'authentication',
  tactic: 'access',
  behaviour:
    'At one sign-in many accounts that were never seen there are refused, whoever tries them and from wherever.',
  attack: ['T1110.004', 'T1110.003'],
  owasp: ['API2:2023'],
  blindSpots: [
    'Sign-ins whose log names neither user nor token: every attempt looks the same.',
    'Lists of accounts that are all in use here: they are not strangers.',
    'A list thinner than the usual stream of typing errors.',
  ],
  falsePositives: [
    'A migration after which all names are written differently.',
    'A partner that sends its own accounts to the wrong place.',
  ],
  runbook: [
    'Read the accounts that were let in first: these are taken over.',
    'End their sessions and ask their owners to choose another password.',
    'Look for one client program over many networks, and slow it down.',
    'Check whether the accounts come from a known leak.',
  ],
  response: [
    {
      action: 'End the sessions of the accounts that were let in',
      effect: 'locks the attacker out of them; their owners sign in anew',
    },
    {
      action: 'Ask for a second factor at this sign-in for accounts not seen before',
      effect: 'stops the list; regular users notice nothing',
    },
  ],
};

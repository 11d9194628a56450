// What D02 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D02',
  name: 'two-places',
  title: 'One credential in two places at once',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour: 'Two networks use the same secret in alternation, and one of them joined later.',
  attack: ['T1550.001', 'T1539'],
  owasp: ['API2:2023', 'NHI9:2025'],
  blindSpots: [
    "A thief on the owner's own network (same autonomous system): the calls form one lane.",
    'A thief who waits until the owner is silent: that is a hand-over. D01 looks at those.',
    "A thief who makes fewer than about 1 call in 20 of the owner's.",
    'Credentials that switch networks all the time: above a learned rate the test turns itself off.',
  ],
  falsePositives: [
    'A second site, laptop or region that starts to use a shared key for good.',
    'Split-tunnel or rotating egress that starts while the credential is already in use.',
  ],
  runbook: [
    'Compare what the two lanes call: the same jobs on both sides point to a new deployment, different ones to a thief.',
    'Ask the owner whether the joining network and client belong to them.',
    'If not, revoke the secret and look for where it was readable: repositories, logs, build output, the machine of the first lane.',
  ],
  response: [
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops both lanes; the rightful user needs the new secret',
    },
    {
      action: 'Bind the credential to its usual networks or to a client certificate',
      effect: 'only the joining lane is refused',
    },
  ],
};

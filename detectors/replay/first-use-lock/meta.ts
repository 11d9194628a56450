// What D03 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D03',
  name: 'first-use-lock',
  title: 'Short-lived token leaves the place of its first use',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour:
    'A token that lives for hours is used from a network other than that of its first use, by a client whose tokens stay where they are.',
  attack: ['T1550.001', 'T1552.005', 'T1528'],
  owasp: ['API2:2023', 'NHI2:2025'],
  blindSpots: [
    'A thief who is the first to use the token, or sits in the same network.',
    'Tokens whose times the gateway does not log.',
    'Clients whose tokens move as a matter of course: people with telephones.',
  ],
  falsePositives: [
    'A service that fails over to another network between two tokens.',
    'Calls through a proxy of yours that hides the caller and is not told as trusted.',
  ],
  runbook: [
    'Compare the network of the first use with the other one: is the other one yours?',
    'Look for how the token left: metadata endpoints, logs, error reports, build output.',
    'Revoke the session, not only the token: the thief may have the means to get the next one.',
  ],
  response: [
    {
      action: 'Revoke the session the token belongs to',
      effect: 'ends both uses; the service gets a new token by itself',
    },
    {
      action: 'Bind tokens to a key (mutual TLS, DPoP) for this client',
      effect: 'a copied token is of no use any more',
    },
  ],
};

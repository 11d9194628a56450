// What D01 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';
import { MATURE } from '../../readiness.ts';

export const META: DetectorMeta = {
  id: 'D01',
  name: 'unfamiliar-source',
  title: 'Credential used from an unfamiliar source',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour: 'A credential is used from a network and with a client that its whole history makes improbable.',
  attack: ['T1550.001', 'T1078.004', 'T1528'],
  owasp: ['API2:2023', 'NHI2:2025'],
  blindSpots: [
    'A new network with the usual client, or a new client on a usual network: either alone only supports other detectors.',
    'Credentials without history: until 200 requests over 3 days (or 14 days) only a complete change of country, network and client counts.',
    'A thief on a network that other credentials of the tenant use.',
  ],
  falsePositives: [
    'A service that moves to another provider and changes its client at the same time.',
    "A developer who tries a service's key on a laptop abroad.",
  ],
  runbook: [
    'Show the owner the new network and client and ask whether they are theirs.',
    'Compare the first calls from the new source with the usual ones: discovery calls (who am I, list, limits) point to a thief.',
    'If nobody knows the source, revoke the secret and look for where it was readable.',
  ],
  response: [
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the new source and the rightful user until the new secret is installed',
    },
    {
      action: 'Allow the credential from its usual networks only',
      effect: 'refuses the new source, leaves the usual ones alone',
    },
  ],
  learning: { ability: 'source', ...MATURE },
};

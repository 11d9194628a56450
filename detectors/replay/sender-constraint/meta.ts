// What D04 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D04',
  name: 'sender-constraint',
  title: 'A bound token without the key it is bound to',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour:
    'A token that is bound to a certificate or key is accepted with another one, without any, or with a proof that was used before.',
  attack: ['T1550.001', 'T1649'],
  owasp: ['API2:2023', 'NHI4:2025'],
  blindSpots: [
    'Gateways that do not log the certificate or the proof.',
    'A thief who has the private key as well.',
    'Tokens without a confirmation claim.',
  ],
  falsePositives: [
    'A certificate renewed while old tokens are still used, when the token names the old certificate.',
    'Connections on which the gateway logs the certificate only for the first request.',
  ],
  runbook: [
    'Compare the two thumbprints with the certificates of the integration.',
    'Ask whether the certificate was renewed within the lifetime of the token.',
    'If not: revoke the token, and find out why the gateway accepted it without its key.',
  ],
  response: [
    {
      action: 'Refuse tokens whose confirmation claim does not match at the gateway',
      effect: 'stops replayed tokens of every integration; correct clients notice nothing',
    },
    { action: 'Revoke the token', effect: 'stops this one; the integration asks for another' },
  ],
};

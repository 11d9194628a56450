// What D24 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';
import { MATURE } from '../../readiness.ts';

export const META: DetectorMeta = {
  id: 'D24',
  name: 'data-volume',
  title: 'Unusual amount of data',
  family: 'volume',
  tactic: 'collection',
  behaviour:
    'A credential receives far more data in an hour than its past, or its peers while it is young, make plausible.',
  attack: ['T1030', 'T1567', 'T1530'],
  owasp: ['API4:2023'],
  blindSpots: [
    'Slow collection that stays within a usual hour and within five times the largest day.',
    'Gateways that do not log response sizes.',
    'Credentials known only by network and client, until they have 14 days of history.',
  ],
  falsePositives: [
    'A yearly report, a backup or a first export.',
    'Responses that grew for everybody after a release.',
  ],
  runbook: [
    'See which endpoints the bytes came from, and bytes per record compared with before.',
    'Ask the owner whether an export or report was run.',
    'Check where the data went: the sources of this hour against the usual ones.',
  ],
  response: [
    {
      action: 'Limit bytes per hour for this credential',
      effect: 'slows large transfers; usual hours are far below the limit',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the transfer and every integration that uses this credential',
    },
  ],
  learning: { ability: 'volume', ...MATURE },
};

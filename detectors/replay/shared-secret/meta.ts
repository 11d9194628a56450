// What D27 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D27',
  name: 'shared-secret',
  title: 'One credential in two environments',
  family: 'replay',
  tactic: 'credential-misuse',
  behaviour:
    'A credential that belongs to one environment is used in another, such as a production key in staging.',
  attack: ['T1552.001', 'T1078.004'],
  owasp: ['NHI8:2025', 'NHI9:2025', 'NHI2:2025'],
  blindSpots: [
    'Gateways of all environments that log under one name.',
    'Environments whose keys are told apart only by their owners: the inventory must say where a key belongs.',
  ],
  falsePositives: ['A gateway whose environment label was changed.', 'A load test with real keys.'],
  runbook: [
    'Ask the owner why the key is used there; test systems are read by many.',
    'Give the second environment a key of its own, and rotate this one.',
    'Look where the key was stored: whoever could read it may have copied it.',
  ],
  response: [
    {
      action: 'Refuse the credential in the environment it does not belong to',
      effect: 'stops the use there; the one it belongs to is untouched',
    },
    { action: 'Rotate the credential', effect: 'ends every copy; the integration needs the new one' },
  ],
};

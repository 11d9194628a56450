// What D13 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D13',
  name: 'path-probing',
  title: 'Tries which paths exist',
  family: 'enumeration',
  tactic: 'discovery',
  behaviour:
    'A caller that asks for many different paths it never used, most of which do not exist or are not for it.',
  attack: ['T1595.003', 'T1595.002', 'T1526'],
  owasp: ['API9:2023', 'API8:2023', 'API5:2023'],
  blindSpots: [
    'Probes spread over so many addresses without a credential that each makes fewer than the floor.',
    'Interfaces that answer 200 to every path.',
    'Lists of paths that nearly all exist.',
  ],
  falsePositives: [
    'A scanner of your own that nobody told of.',
    'A crawler that follows the links of a site that was rebuilt.',
  ],
  runbook: [
    'Read the paths: a word list asks for products you do not run.',
    'Look at those that answered. Each is something a stranger now knows of; close what should not be there.',
    'Is the caller a scanner of yours? Tell the next run as a declared job.',
    'A credential that probes is in other hands, or its owner is curious: ask before it is used further.',
  ],
  response: [
    {
      action: 'Refuse the source, or the credential, for some hours',
      effect: 'ends this run; word lists come back from elsewhere',
    },
    { action: 'Remove or protect the paths that answered', effect: 'what was found is of no use' },
  ],
};

// What D26 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D26',
  name: 'anonymous-access',
  title: 'Answers without a credential where one is needed',
  family: 'anonymous',
  tactic: 'access',
  behaviour: 'A route that is protected, or that slept, gives records to callers that nobody identified.',
  attack: ['T1190', 'T1595'],
  owasp: ['API2:2023', 'API1:2023', 'API8:2023', 'API9:2023'],
  blindSpots: [
    'Routes that always answered everybody: being public is not judged.',
    'Gateways that log no identity although the backend checks one.',
    'Answers smaller than half of what authenticated callers get.',
  ],
  falsePositives: [
    'Links that carry their own signature and are meant to work without a credential.',
    'A new public part of the API that was not announced.',
  ],
  runbook: [
    'Call the route yourself without a credential: does it answer with a record?',
    'Look for a release or configuration change just before it began.',
    'Close the route first, then list the records it gave; nobody knows who has them.',
    'Look for other routes and hosts of the same service that lost their protection.',
  ],
  response: [
    {
      action: 'Require authentication on this route at the gateway',
      effect: 'stops anonymous reading at once; callers with credentials notice nothing',
    },
    { action: 'Take the host off the internet if nobody needs it', effect: 'stops everything it serves' },
  ],
};

// What D14 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D14',
  name: 'first-touch',
  title: 'Many callers together read what nobody reads',
  family: 'enumeration',
  tactic: 'collection',
  behaviour:
    'On one endpoint the share of objects that no credential touched in 30 days rises, spread over many callers that each do little.',
  attack: ['T1119', 'T1213', 'T1090.003'],
  owasp: ['API1:2023', 'API4:2023', 'API6:2023'],
  blindSpots: [
    'An endpoint younger than three days, or with less than a day of complete hours.',
    'A walk thinner than the hourly scatter of what is usual.',
    'A few callers that take much each: D08 and D33 look at those.',
  ],
  falsePositives: [
    'A campaign that sends many people to things nobody looked at before.',
    'Many new customers at once, each reading records of their own that are new to the endpoint.',
  ],
  runbook: [
    'Look at the named callers: were they created in the same days, do they share networks or a client program?',
    'Compare their objects: a divided list overlaps less than common interest would.',
    'Ask whether a campaign, import or release was planned on this endpoint.',
    'List the records of all named callers since it began; they are the extent of a disclosure.',
  ],
  response: [
    {
      action: 'Limit untouched objects per hour on this endpoint for the named callers',
      effect: 'stops the collection, leaves callers that return to their own objects alone',
    },
    {
      action: 'Suspend the named credentials, those with most records first',
      effect: 'stops the collection; each one that is innocent stops working as well',
    },
  ],
};

// What D18 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D18',
  name: 'flat-collection',
  title: 'Reads what nobody reads',
  family: 'scraping',
  tactic: 'collection',
  behaviour:
    'In a collection where everybody reads the popular objects, a caller that reads all of them alike, most of which hardly anybody touches.',
  attack: ['T1119', 'T1213'],
  owasp: ['API6:2023', 'API4:2023'],
  blindSpots: [
    'Collections where every caller reads its own objects, so that none is popular.',
    'Scrapers spread over so many callers that each reads less than the floor.',
    'A collection that is scraped all the time: its objects are not unpopular any more.',
  ],
  falsePositives: [
    'Analysts who draw a random sample.',
    'A partner that mirrors the catalogue and nobody told of.',
    'A cache in front that answers the popular requests: measure where all requests pass.',
  ],
  runbook: [
    'Does the caller mirror, index or compare prices? Look at what it sells.',
    'How far has it come? The records of the incident against the size of the collection.',
    'If it may have the collection, give it an export; if not, limit new objects a day.',
  ],
  response: [
    {
      action: 'Limit new objects per day for this caller to what its peers read',
      effect: 'stops the collection; readers of popular objects notice nothing',
    },
  ],
};

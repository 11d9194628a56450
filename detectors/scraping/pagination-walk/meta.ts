// What D17 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D17',
  name: 'pagination-walk',
  title: 'Walks through whole listings',
  family: 'scraping',
  tactic: 'collection',
  behaviour: 'A credential fetches page after page of listings, far deeper than people and peers do.',
  attack: ['T1119', 'T1213'],
  owasp: ['API4:2023', 'API6:2023', 'API1:2023'],
  blindSpots: [
    'Page positions in request bodies or headers: gateways do not log them.',
    "Listings of fewer than the floor's pages each, when they are visited in no particular order.",
    'Search engine crawlers are recognised by their own word; a scraper may claim to be one where there is no credential.',
  ],
  falsePositives: [
    'A first export or synchronisation, until the same walk was seen on two days.',
    'Endless scrolling by a person, when it goes on for dozens of pages.',
  ],
  runbook: [
    'Compare the listing and its filter with what the credential is for.',
    'Look at the page size: was it raised to the maximum?',
    'Ask the owner whether this is a new export; if so, let it repeat or raise the floor for this credential.',
    'If not, count the items that were returned; they are the extent of a disclosure.',
  ],
  response: [
    {
      action: 'Limit the page depth or items per hour for this credential',
      effect: 'stops the walk; people rarely go beyond a few pages',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the walk and every integration that uses this credential',
    },
  ],
};

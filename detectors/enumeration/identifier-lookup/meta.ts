// What D12 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D12',
  name: 'identifier-lookup',
  title: 'A list of people is tried against a lookup',
  family: 'enumeration',
  tactic: 'discovery',
  behaviour:
    'On an endpoint that looks people up by address, number or name, identifiers nobody asked for before are tried in numbers, by one caller or through many.',
  attack: ['T1589.001', 'T1589.002', 'T1087.004', 'T1595.003'],
  owasp: ['API2:2023', 'API3:2023', 'API6:2023'],
  blindSpots: [
    'Identifiers in request bodies, unless the gateway logs them.',
    'A list thinner than the usual stream of new identifiers.',
    'Address books: up to several hundred identifiers a caller are ordinary.',
  ],
  falsePositives: [
    'A feature that looks contacts up, on the days it becomes popular.',
    'An import that checks every address of a customer once.',
  ],
  runbook: [
    'Compare the share of hits: a list bought elsewhere hits at a steady few per cent, people look up whom they know.',
    'Look at the callers: one client program through many networks is a proxy network.',
    'Answer hits and misses alike, or ask for a credential, before anything else.',
    'List the identifiers that were found; their owners may have to be told.',
  ],
  response: [
    {
      action: 'Limit new identifiers per caller and for the whole endpoint',
      effect: 'stops the list; people who look up whom they know notice nothing',
    },
    { action: 'Give the same answer for hits and misses', effect: 'makes the lookup useless for lists' },
  ],
};

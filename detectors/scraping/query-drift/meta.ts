// What D30 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D30',
  name: 'query-drift',
  title: 'Asks for everything, as nobody did before',
  family: 'scraping',
  tactic: 'collection',
  behaviour:
    'A credential asks broadly in a way new to it and its peers: wildcards, no filter where there always was one, conditions always true, counts and schemas.',
  attack: ['T1213.006', 'T1119', 'T1526'],
  owasp: ['API3:2023', 'API6:2023', 'API1:2023'],
  blindSpots: [
    'Queries in request bodies (GraphQL, JSON filters): gateways do not log them.',
    'Broad queries that at least three other credentials use as well.',
    'A filter that is there but excludes nothing, unless it compares a literal with a literal.',
  ],
  falsePositives: [
    'A partner that begins to search with wildcards and reads many large pages on its first day.',
    'A new integration in another network that asks for schemas and limits on start.',
  ],
  runbook: [
    'Read the query: which filter is missing, what does the wildcard match?',
    'Look at what came before: schemas, counts and limits asked in a row prepare an export.',
    'Check whether the search was meant to answer this caller with records of others.',
    'Ask the owner for a new report or export; if there is none, treat the items as disclosed.',
  ],
  response: [
    {
      action: 'Refuse wildcards and unfiltered listings on this route',
      effect: 'stops it for everybody; those who searched so must name what they look for',
    },
    {
      action: 'Revoke or rotate the credential',
      effect: 'stops the collection and every integration that uses this credential',
    },
  ],
};

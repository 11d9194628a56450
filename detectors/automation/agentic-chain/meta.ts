// What D29 is, for catalogue, documentation and incidents.

import type { DetectorMeta } from '../../detector.ts';

export const META: DetectorMeta = {
  id: 'D29',
  name: 'agentic-chain',
  title: 'An undeclared agent at work',
  family: 'automation',
  tactic: 'discovery',
  behaviour:
    'A session that goes through many functions at machine speed and mends its own mistakes, as neither scripts nor people do.',
  attack: ['T1119', 'T1526', 'T1580'],
  owasp: ['API6:2023', 'API4:2023', 'NHI10:2025'],
  blindSpots: [
    'Agents whose gateway or kit makes no mistakes, or that are told to be slow.',
    'Chains spread over many credentials.',
  ],
  falsePositives: [
    'A new test suite that checks error messages and then does it right.',
    'A developer who works with an assistant and nobody told of.',
  ],
  runbook: [
    'Is it an assistant somebody uses on purpose? Then declare it, with what it may do.',
    'Read the chain: listing, describing, counting and limits before bulk reads are an intruder looking around.',
    'Follow what it found: the answers after a repaired mistake are what it wanted.',
  ],
  response: [
    {
      action: 'Suspend the credential, or ask for a new sign-in',
      effect: 'an agent stops within seconds; a person signs in again',
    },
    { action: 'Declare the agent with its own credential', effect: 'its work is judged by its own past' },
  ],
};

// The claim that many credentials changed at once, made of the one that showed it.
// Always holds: it is about the fleet, not about a credential; it claims no records. Severity stays low: see open-incident.ts.

import type { SharedDraft } from '../detector.ts';
import { hash128 } from '../hash.ts';
import { spanInWords } from '../reporting.ts';
import type { Change } from './fleet.ts';
import type { Waiting } from './support.ts';
import { thousands } from './wording.ts';

const KINDS = {
  network: 'a network',
  client: 'a client program',
  route: 'a route',
  shape: 'a kind of query',
} as const;
const MOST_NAMED = 1000;

export function changeClaim(w: Waiting, change: Change): Waiting {
  const { finding, draft, meta, event, baseline } = w;
  const { kind, value, display } = draft.novelty!;
  const count = change.credentials.length;
  const peers = Math.max(count, baseline?.peers ?? 0);
  const span = spanInWords(finding.at - change.since);
  const lineage = `fleet:${kind}:${value.toString(16)}`;
  const claim = `is ${KINDS[kind]} that ${thousands(count)} of ${thousands(peers)} credentials met for the first time within ${span}`;
  const evidence = [
    {
      feature: `credentials that met the same new ${kind}`,
      observed: count,
      expected: 1,
      unit: 'credentials',
      window: span,
    },
  ];
  const rejected = ['a single stolen credential: too many changed in the same way at the same time'];
  const shared: SharedDraft = {
    logE: draft.logE,
    pages: true,
    since: change.since,
    claim,
    exposed: { records: 0, bytes: 0, events: count },
    evidence,
    rejected,
    scope: 'credential',
    subject: { kind: 'fleet', key: lineage, display },
    attributed: change.credentials.slice(0, MOST_NAMED).map((one) => ({ ...one, records: 0, requests: 0 })),
  };
  const id = hash128([finding.tenant, meta.id, lineage, event.id].join('\u0000'));
  return {
    ...w,
    draft: shared,
    finding: { ...finding, id, lineage, since: change.since, pages: true, claim, evidence, rejected },
  };
}

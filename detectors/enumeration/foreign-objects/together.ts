// A desk that copies together: each of its people leaves little alone, all of them more than the desk ever did.
// Always holds: at least three take part; a desk that no longer returns to anything is not judged, because then the calls that
// would show its work are missing from the logs.

import type { SharedDraft } from '../../detector.ts';
import { spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { beyondWork } from './copying.ts';
import { type Desk, type DeskMember, deskEvidence } from './desks.ts';
import { type Ctx, isAnswered, isEntitled, namesObject } from './state.ts';

const LEAST_MEMBERS = 3;

export function judgeDesk(context: Ctx): SharedDraft[] | null {
  const { event, baseline, heavy, memory, params: p, knowledge } = context;
  if (baseline.objects.novel === 0 || heavy === null || heavy.followed === 0) return null;
  if (event.credential.client === null || !isAnswered(context) || !namesObject(context)) return null;
  const desk = memory.desks.known(event, baseline.objects.collectionHash);
  if (desk === null || desk.since === 0) return null;
  desk.bytes += event.bytes_out;
  const evidence = deskEvidence(desk);
  if (evidence < p.threshold) return null;
  if (desk.alone - desk.expected < p.deskFloor || isEntitled(context)) return null;
  if (!knowledge.empty && knowledge.deploy(event) !== null) return null;
  const members = explaining(desk);
  if (members.length < LEAST_MEMBERS || !worthReporting(desk, event.at, desk.alone)) return null;
  return [draftOf(context, { desk, evidence, members })];
}

/** Those with most left alone beyond what is usual, until the rest is as usual. */
function explaining(desk: Desk): DeskMember[] {
  const excess = (one: DeskMember): number => one.alone - one.expected;
  const sorted = [...desk.members.values()].sort((a, b) => excess(b) - excess(a));
  let alone = desk.alone;
  let expected = desk.expected;
  let count = 0;
  while (count < sorted.length && alone > expected + Math.sqrt(expected) && excess(sorted[count]!) > 0) {
    alone -= sorted[count]!.alone;
    expected -= sorted[count]!.expected;
    count++;
  }
  return sorted.slice(0, count);
}

function draftOf(
  { event }: Ctx,
  o: { desk: Desk; evidence: number; members: readonly DeskMember[] },
): SharedDraft {
  const { desk, members } = o;
  const taken = beyondWork({
    openings: desk.opened,
    returned: desk.returned,
    returnedUsual: desk.expectedReturned,
    certain: Math.floor(desk.alone - desk.expected),
  });
  const window = spanInWords(event.at - desk.since);
  const client = event.credential.client!;
  const { collection } = event.objects.at(-1)!;
  return {
    logE: o.evidence,
    pages: true,
    since: desk.since,
    claim: `left ${thousands(desk.alone)} of ${thousands(desk.opened)} opened objects of ${collection} alone in ${window}, without a return or other work around them; ${thousands(Math.round(desk.expected))} at most are usual, and ${thousands(members.length)} of its credentials explain the rest`,
    exposed: {
      ...taken,
      bytes: Math.round((desk.bytes * taken.records) / desk.opened),
      events: desk.opened,
    },
    evidence: [
      {
        feature: 'opened records left alone by the whole desk',
        observed: desk.alone,
        expected: Math.round(desk.expected),
        unit: 'objects',
        window,
      },
      {
        feature: 'opened records returned to within 10 minutes',
        observed: desk.returned,
        expected: Math.round(desk.expectedReturned),
        unit: 'objects',
        window,
      },
      {
        feature: 'credentials that explain it',
        observed: members.length,
        expected: 0,
        unit: 'credentials',
        window,
      },
    ],
    rejected: [
      'more work: returns to what they opened would have grown as well',
      'one person alone: several take part',
      'missing logs: the desk still returns to what it opens',
    ],
    scope: 'credential',
    subject: { kind: 'client', key: `client:${client}`, display: client },
    attributed: members.map(({ lineage, display, opened, alone }) => ({
      lineage,
      display,
      records: alone,
      requests: opened,
    })),
  };
}

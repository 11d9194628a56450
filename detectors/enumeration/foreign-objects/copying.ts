// Those whose work is to read what is not theirs: do they work on what they open, or only look at it and go on?
// Always holds: judged only where the credential's desk returns to what it opens; against the desk and against what this
// credential leaves alone itself. What it does for 14 days is taken for its role.

import type { Draft } from '../../detector.ts';
import { collectionInWords, percent, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { evidenceOf, returnedShare, usualShares } from './aloneness.ts';
import { noteOutcome } from './desks.ts';
import { ALONE, follow, RETURNED, type Settled, tenths } from './handling.ts';
import { type Ctx, isAnswered, isEntitled, isSensitive, namesObject, type State } from './state.ts';

/** Shares of copies among what it opens that are tested for. */
const COPIED = [0.12, 0.5] as const;
const MARGIN = 1.4;
/** Below this evidence a credential teaches. */
const QUIET = 3;
const DAY = 86_400_000;
const ROLE = 14 * DAY;
/** What it leaves alone itself counts against its desk with so many usual ones beside. */
const PRIOR = 5;
const MEMORY = 200;
/** Part of the objects it reads that are new to it where opening records is the daily trade; elsewhere D08 judges new ones. */
const TRADE = 0.35;
/** Peers that are enough to say so as well. */
const ENOUGH_PEERS = 5;
/** A newcomer looks around. */
const LOOKING_AROUND = 1;
const NEWCOMER = 2;

const copyingEvidence = ({ copying }: State): number =>
  Math.max(0, Math.max(copying.get(0), copying.get(1)) - Math.LN2);

/** Follows what becomes of openings; a draft when many are left alone. */
export function judgeCopying(context: Ctx): Draft | null {
  const { event, baseline, heavy } = context;
  const state = heavy!;
  if (!isFollowed(context)) return null;
  const { hash, collectionHash, novel } = baseline.objects;
  const reads = event.method === 'GET' || event.method === 'HEAD';
  const opens = novel > 0 && reads && isAnswered(context) && namesObject(context);
  follow(state, { object: hash, collection: collectionHash, opens, now: tenths(event.at) }, (one) =>
    settle(context, one),
  );
  if (!opens) return null;
  const evidence = copyingEvidence(state);
  if (evidence === 0) return null;
  state.openedBytes += event.bytes_out;
  if (evidence > QUIET) context.suspect(evidence);
  return judge(context, evidence);
}

/** Only those of the trade are, and who is under suspicion to be one: what it opens must not change that. */
function isFollowed(context: Ctx): boolean {
  const state = context.heavy!;
  if (state.aloneSince !== 0) return true;
  const followed = isTrade(context);
  if (!followed && state.followed === 1) state.opened.fill(0);
  state.followed = followed ? 1 : 0;
  return followed;
}

function isTrade({ event, baseline, peers }: Ctx): boolean {
  if (baseline.novelShare < TRADE) return false;
  return event.credential.client === null || peers.size < ENOUGH_PEERS || peers.novelShare >= TRADE;
}

function settle(context: Ctx, { collection, outcome, age }: Settled): void {
  const { event, heavy, memory } = context;
  const state = heavy!;
  const at = event.at - 100 * age;
  const desk = memory.desks.of(event, collection);
  const ratio = Math.max(1, (state.aloneEver + PRIOR) / (state.usualEver + PRIOR));
  const usual = usualShares(desk.learned, { ratio, margin: MARGIN });
  const plain = usualShares(desk.learned, { ratio: 1, margin: 1 });
  if (state.aloneSince !== 0 && at - state.aloneSince > ROLE) takeForRole(state);
  const teaches = copyingEvidence(state) <= QUIET;
  noteOutcome(desk, { event, outcome, at, teaches });
  if (teaches && plain !== null) learnOwn(state, { alone: outcome === ALONE ? 1 : 0, usual: plain[ALONE] });
  if (usual === null) return;
  for (let i = 0; i < COPIED.length; i++)
    state.copying.set(i, Math.max(0, state.copying.get(i) + evidenceOf(outcome, usual, COPIED[i]!)));
  if (state.copying.get(0) === 0 && state.copying.get(1) === 0) {
    if (state.aloneSince !== 0) clear(state);
    return;
  }
  if (state.aloneSince === 0) state.aloneSince = at;
  state.openings++;
  state.aloneUsual += usual[ALONE];
  state.returnedUsual += returnedShare(desk.learned);
  if (outcome === ALONE) state.alone++;
  if (outcome === RETURNED) state.returned++;
}

function learnOwn(state: State, o: { alone: number; usual: number }): void {
  state.aloneEver += o.alone;
  state.usualEver += o.usual;
  if (state.usualEver < MEMORY) return;
  state.aloneEver /= 2;
  state.usualEver /= 2;
}

/** Whoever was meant to be told has been; from now on it is its usual work. */
function takeForRole(state: State): void {
  learnOwn(state, { alone: state.alone, usual: state.aloneUsual / MARGIN });
  clear(state);
}

function clear(state: State): void {
  state.copying.fill(0);
  state.openings = state.alone = state.returned = state.aloneUsual = state.returnedUsual = 0;
  state.openedBytes = state.aloneSince = state.aloneReportedAt = state.aloneReported = 0;
}

function judge(context: Ctx, evidence: number): Draft | null {
  const { event, heavy, params: p } = context;
  const state = heavy!;
  const excess = state.alone - state.aloneUsual;
  if (evidence < p.threshold || excess < Math.min(p.aloneFloor, p.sensitiveAloneFloor)) return null;
  const floor = isSensitive(context) ? Math.min(p.aloneFloor, p.sensitiveAloneFloor) : p.aloneFloor;
  if (excess < (state.usualEver < LOOKING_AROUND ? NEWCOMER : 1) * floor || isEntitled(context)) return null;
  const reported = { reportedAt: state.aloneReportedAt, reportedAmount: state.aloneReported };
  if (!worthReporting(reported, event.at, state.alone)) return null;
  state.aloneReportedAt = reported.reportedAt;
  state.aloneReported = reported.reportedAmount;
  return claimOf(context, { evidence, excess });
}

/** How many openings go beyond the work that is seen, which returns as often as it always did: an estimate and at most so many. */
export function beyondWork(o: {
  openings: number;
  returned: number;
  returnedUsual: number;
  certain: number;
}): {
  records: number;
  certain: number;
  most: number;
} {
  const usual = Math.max(0.01, o.returnedUsual / Math.max(1, o.openings));
  const limit = o.openings - o.returned;
  const records = Math.max(o.certain, Math.min(limit, Math.round(o.openings - o.returned / usual)));
  const spread = Math.ceil((2 * Math.sqrt(o.returned + 1)) / usual);
  return { records, certain: o.certain, most: Math.max(records, Math.min(limit, records + spread)) };
}

function claimOf({ event, heavy, peers }: Ctx, o: { evidence: number; excess: number }): Draft {
  const state = heavy!;
  const { alone, openings } = state;
  const taken = beyondWork({
    openings,
    returned: state.returned,
    returnedUsual: state.returnedUsual,
    certain: Math.floor(o.excess),
  });
  const window = spanInWords(event.at - state.aloneSince);
  const things = collectionInWords(event.objects.at(-1)!.collection);
  const usual = state.aloneUsual / openings;
  return {
    logE: o.evidence,
    pages: true,
    since: state.aloneSince,
    claim: `opened ${thousands(openings)} records new to it in ${window}, of late ${things}, and left ${thousands(alone)} alone (${percent(alone / openings)}): no return within 10 minutes and no other work around them; at most ${percent(usual)} is usual for it and its ${thousands(peers.size)} peers`,
    exposed: {
      ...taken,
      bytes: Math.round((state.openedBytes * taken.records) / openings),
      events: openings,
    },
    mingled: true,
    evidence: [
      {
        feature: 'opened records left alone',
        observed: alone,
        expected: Math.round(state.aloneUsual * 10) / 10,
        unit: 'objects',
        window,
      },
      {
        feature: 'opened records returned to within 10 minutes',
        observed: state.returned,
        expected: Math.round(state.returnedUsual),
        unit: 'objects',
        window,
      },
    ],
    rejected: [
      'more work: returns to what it opened would have grown as well',
      'a page that loads many records: calls within two seconds do not count apart',
      'its own way of working: what it left alone before is taken into account',
    ],
    scope: 'credential',
  };
}

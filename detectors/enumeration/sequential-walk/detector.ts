// D09: a credential walks through object ids in order: 1, 2, 3 …, in strides, backwards, or with several workers.
// Always holds: only objects new to the credential count, so a job that repeats its walk is quiet. Does not see random order.

import type { z } from 'zod';
import type { ApiEvent } from '../../../schemas/event.ts';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { hash32 } from '../../hash.ts';
import { objectNumber } from '../../object-number.ts';
import { collectionInWords, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { atFrontier, movedAlong, note, othersTop, ROUTE } from './frontier.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import {
  accident,
  advance,
  count,
  countLoad,
  HEAVY,
  longestRun,
  reach,
  restart,
  slotOf,
  type WalkState,
} from './walk.ts';

type Ctx = Context<
  z.infer<typeof PARAMS>,
  Record<never, never>,
  typeof HEAVY,
  Record<never, never>,
  typeof ROUTE
>;

/** Weight of the prior of the route's share, and how many accesses one credential may teach. */
const PRIOR = 60;
/** Most callers of most routes page less than a person who does: what is expected before a route has taught. */
const PRIOR_SHARE = 0.4;
const TEACHES = 30;

export const sequentialWalk = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  detect(context) {
    const { event, baseline, heavy } = context;
    if (baseline.objects.novel === 0 || isIdentifier(event.objects.at(-1)!.collection)) return null;
    if (heavy === null) {
      noteRead(context);
      return null;
    }
    heavy.near = 0;
    let draft: Draft | null = null;
    for (const object of event.objects) draft = follow(context, object) ?? draft;
    return draft;
  },
  learn({ heavy, route, event }) {
    if (heavy === null || heavy.near === 0 || event.objects.length === 0) return;
    const slot = slotOf(heavy, hash32(event.objects.at(-1)!.collection), event.at);
    if (heavy.taught.get(slot) >= TEACHES) return;
    heavy.taught.set(slot, heavy.taught.get(slot) + 1);
    route.trials++;
    if (heavy.near === 1) route.near++;
  },
});

/** Callers too new to be followed also show where a collection grows. */
function noteRead({ event, route }: Ctx): void {
  const last = event.objects.at(-1);
  const number = last === undefined || !isRead(event) ? null : objectNumber(last.id);
  if (number !== null) note(route, hash32(event.credential.lineage), number.value);
}

const isRead = ({ status }: ApiEvent): boolean => status >= 200 && status < 300;

function follow(context: Ctx, object: ApiEvent['objects'][number]): Draft | null {
  const { event, params: p, route } = context;
  const state = context.heavy!;
  const number = objectNumber(object.id);
  if (number === null) return null;
  const { value } = number;
  const slot = slotOf(state, hash32(object.collection), event.at);
  const owner = hash32(event.credential.lineage);
  const last = object === event.objects.at(-1);
  const top = last ? othersTop(route, owner, state.records.get(slot)) : null;
  const low = Math.min(value, state.low.get(slot), last && route.reads > 0 ? route.low : value);
  const range = Math.max(value, state.high.get(slot), last ? route.top : 0) - low + 1;
  const near = reach(range, p.neighbour);
  const length = advance(state, slot, number, near);
  if (length === 0) return null;
  const read = isRead(event);
  countLoad(state, slot, { at: event.at, member: length > 1 });
  count(state, slot, { value, length, bytes: read ? (last ? event.bytes_out : 0) : -1 });
  if (top !== null) noteFrontier(state, slot, { value, top });
  if (last && read) note(route, owner, value);
  state.near = length > 1 ? 1 : 2;
  const learned = usualShare(context);
  const usual = clamp(Math.max(1.2 * learned, 1.5 * accident(range, near)), p.onward, 0.95);
  const evidence = cusum(state.evidence.get(slot), length > 1, {
    p0: usual,
    p1: Math.max(p.walkShare, usual),
  });
  state.evidence.set(slot, evidence);
  const run = longestRun(state, slot);
  if (evidence === 0 && run < 8) {
    restart(state, slot, event.at);
    return null;
  }
  const onward = Math.max(p.onward, learned);
  const logE = Math.max(evidence, -run * Math.log(onward) - Math.log(Math.max(1, state.distinct.get(slot))));
  return judge(context, { slot, logE, run, top, collection: object.collection });
}

/** Compares the walk with where the collection grows, from when that is known. */
function noteFrontier(state: WalkState, slot: number, { value, top }: { value: number; top: number }): void {
  if (state.frontierThen.get(slot) === 0) {
    state.frontierThen.set(slot, top);
    state.first.set(slot, value);
  }
  const field = atFrontier(value, top) ? state.frontier : state.behind;
  field.set(slot, field.get(slot) + 1);
}

/** Share of neighbouring ids in what the route's other callers do, held near the default until enough was seen. */
function usualShare({ route, params: p }: Ctx): number {
  const prior = PRIOR_SHARE * p.onward;
  return Math.min(0.95, (PRIOR * prior + route.near) / (PRIOR + route.trials));
}

function judge(
  context: Ctx,
  walk: { slot: number; logE: number; run: number; top: number | null; collection: string },
): Draft | null {
  const { event, params: p } = context;
  const state = context.heavy!;
  const { slot, logE, top } = walk;
  const distinct = state.distinct.get(slot);
  const albums = state.quick.get(slot) >= 0.8 * distinct && state.longestBurst.get(slot) <= p.pageLoad;
  const caution = event.credential.weak ? 2 : 1;
  const floor = caution * (albums ? Math.max(p.burstFloor, p.distinctFloor) : p.distinctFloor);
  if (logE < p.threshold || distinct < floor) return null;
  // Page loads are a walk only when one goes on where the last ended.
  if (albums && walk.run < 3 * state.longestBurst.get(slot)) return null;
  const place = {
    first: state.first.get(slot),
    now: state.high.get(slot),
    topThen: state.frontierThen.get(slot),
    topNow: top,
  };
  if (state.frontier.get(slot) > 4 * state.behind.get(slot) && movedAlong(place)) return null;
  if (!worthReporting(state, event.at, distinct)) return null;
  const since = state.since.get(slot);
  const low = state.low.get(slot);
  const high = state.high.get(slot);
  const coverage = distinct / (high - low + 1);
  const records = state.records.get(slot);
  const things = collectionInWords(walk.collection);
  return {
    logE,
    pages: true,
    since,
    claim: `walked through ${thousands(distinct)} ${things} in id order in ${spanInWords(event.at - since)}, ${thousands(low)} to ${thousands(high)}, ${thousands(walk.run)} steps in a row; a person moves on to a neighbour about ${Math.round(1 / (1 - p.onward))} times in a row`,
    exposed: { records, bytes: state.bytes.get(slot), events: distinct },
    evidence: [
      {
        feature: 'new objects read in id order',
        observed: distinct,
        expected: `fewer than ${floor}`,
        unit: 'objects',
        window: spanInWords(event.at - since),
      },
      {
        feature: 'longest run in one direction',
        observed: walk.run,
        expected: Math.round(1 / (1 - p.onward)),
        unit: 'steps',
        window: spanInWords(event.at - since),
      },
      {
        feature: 'coverage of the range walked',
        observed: Math.round(coverage * 1000) / 1000,
        expected: 'sparse',
        unit: 'share',
        window: `ids ${low} to ${high}`,
      },
    ],
    rejected: [
      'a repeated job: every object counted was new to this credential',
      albums
        ? `page loads: ${distinct} objects are more than the ${floor} allowed for them`
        : 'page loads that fetch many objects at once: the calls are not grouped like that',
      top === null
        ? 'reading objects as they are created: nobody else reads this collection, so it cannot be told'
        : `reading objects as they are created: others have read up to ${thousands(top)} and that did not move along`,
    ],
    scope: 'credential',
  };
}

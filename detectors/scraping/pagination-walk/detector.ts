// D17: walks through listings page by page, by page number, offset or cursor, one deep listing or many, with several workers.
// Always holds: a page counts once and only when it was answered in full. Does not see positions that are not in the query.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, percent, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { f32 } from '../../state/fields.ts';
import { addPage, enter, HEAVY, isIncremental, listingKey, usualDepth } from './listings.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type Group = { readonly goesOn: ReturnType<typeof f32>; readonly pages: ReturnType<typeof f32> };
type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY, Group>;

const GROUP = {
  goesOn: f32('pages that went on in a listing, from unsuspicious callers'),
  pages: f32('fresh pages, from unsuspicious callers'),
} as const;
const PRIOR = 300;
/** Pages one credential may teach its peers in its life. */
const TEACHES = 40;
/** What a page of a listing of changes counts towards the floor: synchronisations ask for those. */
const INCREMENTAL = 0.2;
/** Evidence, as a share of the threshold, up to which a rest of half an hour divides one walk from the next. */
const SLIGHT = 0.5;
const REST = 1_800_000;
const DAY = 86_400_000;

export const paginationWalk = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, heavy: state, params: p } = context;
    const { page, status, credential } = event;
    if (page === null || state === null || status < 200 || status >= 300) return null;
    if (credential.weak && event.client.ua_family.startsWith('bot:')) return null;
    const { slot, begun } = enter(state, listingKey(event), event.at);
    state.lastAt.set(slot, event.at);
    if (!addPage(state, slot, page.value)) return null;
    state.largest.set(slot, Math.max(state.largest.get(slot), event.bytes_out));
    // A poll of a feed gets a new cursor each time but nearly nothing with it: that is no further page.
    const full = event.bytes_out >= state.largest.get(slot) / 4;
    const p0 = usuallyGoesOn(context);
    state.evidence = cusum(state.evidence, !begun && full, {
      p0,
      p1: Math.max(p.walkGoesOn, Math.min(0.97, p0 + 0.1)),
    });
    if (state.evidence === 0) {
      state.counted = state.pages = state.listings = state.items = state.bytes = state.deepest = 0;
      state.pagesBefore = state.itemsBefore = state.bytesBefore = 0;
      state.risen = state.latest = event.at;
      forgetReport(state);
      return null;
    }
    // A report speaks of the walk since the rest before it; the floors count everything, or a slow walk would never page.
    if (state.evidence < SLIGHT * p.threshold && event.at - state.latest > REST) {
      state.risen = event.at;
      state.pagesBefore = state.pages;
      state.itemsBefore = state.items;
      state.bytesBefore = state.bytes;
    }
    state.latest = event.at;
    state.pages++;
    state.counted += isIncremental(event.query) ? INCREMENTAL : 1;
    if (begun) state.listings++;
    state.items += event.items ?? page.limit ?? p.defaultItems;
    state.bytes += event.bytes_out;
    state.deepest = Math.max(state.deepest, state.depth.get(slot));
    const usual = usualDepth(state, {
      job: hash32(event.query_shape, hash32(event.route)) || 1,
      depth: state.pages,
      day: Math.floor(event.at / DAY),
    });
    return state.pages > p.jobFactor * usual ? judge(context, p0) : null;
  },
  learn({ event, heavy: state, group }) {
    if (state === null || event.page === null || event.status !== 200 || state.taught >= TEACHES) return;
    state.taught++;
    group.pages++;
    if (state.evidence > 0) group.goesOn++;
  },
});

/** Share of fresh pages that go on in a listing; the prior weighs 300 pages. */
function usuallyGoesOn({ group, params: p }: Ctx): number {
  return clamp((PRIOR * p.goesOn + group.goesOn) / (PRIOR + group.pages), p.goesOn, 0.85);
}

function judge({ event, heavy, params: p }: Ctx, p0: number): Draft | null {
  const state = heavy!;
  const caution = event.credential.weak ? 2 : 1;
  if (
    state.evidence < p.threshold ||
    state.counted < caution * p.pageFloor ||
    state.items < caution * p.itemFloor
  )
    return null;
  if (!worthReporting(state, event.at, state.pages)) return null;
  const window = spanInWords(event.at - state.risen);
  const pages = state.pages - state.pagesBefore;
  const items = state.items - state.itemsBefore;
  const usual = Math.round(1 / (1 - p0));
  const listings = state.listings + 1;
  return {
    logE: state.evidence,
    pages: true,
    since: state.risen,
    claim: `fetched ${thousands(pages)} different pages of ${listings === 1 ? 'one listing' : `${thousands(listings)} listings`} (${event.route.slice(0, 80)}) in ${window}, about ${thousands(items)} items; ordinary use stops after about ${usual} pages`,
    exposed: { records: Math.round(items), bytes: state.bytes - state.bytesBefore, events: pages },
    evidence: [
      {
        feature: 'different pages fetched in a row',
        observed: pages,
        expected: usual,
        unit: 'pages',
        window,
      },
      { feature: 'deepest listing', observed: state.deepest, expected: usual, unit: 'pages', window },
      {
        feature: 'items listed',
        observed: Math.round(items),
        expected: `fewer than ${thousands(caution * p.itemFloor)}`,
        unit: 'items',
        window,
      },
      {
        feature: 'page size',
        observed: event.page?.limit ?? 'default',
        expected: 'default',
        unit: 'items',
        window: 'this call',
      },
    ],
    rejected: [
      'refreshing the same pages: a page counts once',
      'polling a feed: every page counted was answered in full',
      `a person browsing: ${percent(p0)} of pages lead to another one there`,
      'a daily job: the same walk was not done on two earlier days',
    ],
    scope: 'credential',
  };
}

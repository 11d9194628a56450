// The listings a credential is paging through: per listing a set of the pages fetched, and the largest answer.
// Always holds: bounded at 8 listings, the one idle for longest is forgotten; a page counts once. Does not promise exact
// counts beyond about 600 pages a listing: its set of 1,024 bits fills up and pages are then missed, never invented.

import type { ApiEvent } from '../../../schemas/event.ts';
import { hash32, mix32 } from '../../hash.ts';
import { REPORTED } from '../../reporting.ts';
import { f32, f64, f64s, type StateView, u16, u16s, u32, u32s } from '../../state/fields.ts';

const LISTINGS = 8;
const WORDS = 32;
const JOBS = 8;
const IDLE = 24 * 3_600_000;

export const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "fetches a fresh page of a listing it is in"'),
  pages: u32('fresh pages since the evidence was last 0'),
  counted: f32('the same, pages of changes counting less'),
  listings: u32('listings begun since then'),
  items: f64('items on those pages'),
  bytes: f64('bytes of those pages'),
  latest: f64('latest fresh page, ms'),
  risen: f64('first page of what is reported, ms'),
  pagesBefore: u32('of pages, those up to then'),
  itemsBefore: f64('of items, those up to then'),
  bytesBefore: f64('of bytes, those up to then'),
  deepest: u32('most pages of one listing since then'),
  key: u32s(LISTINGS, 'hash of route, path and filter; 0 when empty'),
  lastAt: f64s(LISTINGS, 'latest page, ms'),
  depth: u16s(LISTINGS, 'distinct pages fetched'),
  largest: f64s(LISTINGS, 'largest answer, bytes'),
  seen: u32s(LISTINGS * WORDS, 'set of page positions'),
  job: u32s(JOBS, 'hash of route and filter names of a walk done before; 0 when empty'),
  jobDepth: u16s(JOBS, 'deepest such walk on a past day'),
  jobToday: u16s(JOBS, 'deepest such walk on its latest day'),
  jobDay: u16s(JOBS, 'latest day of the walk, days since the epoch'),
  jobDays: u16s(JOBS, 'days on which it was done'),
  taught: u16('pages that taught the peers what is usual'),
} as const;
export type ListingState = StateView<typeof HEAVY>;

const PAGING =
  /^(?:page|p|pg|offset|skip|start|from|cursor|after|before|limit|per_page|perpage|page_size|pagesize|size|count|top|continuation|next|page_token|pagetoken|token|starting_after|scroll|scroll_id|marker)(?:\[.*\])?$/i;

const SINCE =
  /(?:^|&)(?:(?:updated|modified|changed|created)[_-]?(?:since|after|at|from|gte?|min)|since|if_modified_since|last_sync|delta)[^=&]{0,20}=./i;

/** True when the listing asks only for what changed since some time: the mark of a synchronisation. */
export function isIncremental(query: string): boolean {
  return SINCE.test(query);
}

/** What is listed: path and filter with their values, without the position. */
export function listingKey(event: ApiEvent): number {
  let key = hash32(event.path, hash32(event.host));
  for (const part of event.query.split('&', 48)) {
    const name = decodedName(part);
    if (!PAGING.test(name.replace(/^.*\[|\]$/g, '')) && !PAGING.test(name)) key = mix32(key + hash32(part));
  }
  return key || 1;
}

function decodedName(part: string): string {
  const name = part.split('=', 1)[0] ?? '';
  return name
    .replace(/%5B/gi, '[')
    .replace(/%5D/gi, ']')
    .replace(/^\$|^%24/i, '');
}

/** The listing's slot, and whether it was begun by this page. */
export function enter(state: ListingState, key: number, at: number): { slot: number; begun: boolean } {
  let oldest = 0;
  for (let i = 0; i < LISTINGS; i++) {
    if (state.key.get(i) === key && at - state.lastAt.get(i) <= IDLE) return { slot: i, begun: false };
    if (state.key.get(i) === key) oldest = i;
    else if (state.key.get(oldest) !== key && state.lastAt.get(i) < state.lastAt.get(oldest)) oldest = i;
  }
  state.key.set(oldest, key);
  state.lastAt.set(oldest, at);
  state.depth.set(oldest, 0);
  state.largest.set(oldest, 0);
  for (let i = 0; i < WORDS; i++) state.seen.set(oldest * WORDS + i, 0);
  return { slot: oldest, begun: true };
}

/** Adds a page position; false when it was fetched before. */
export function addPage(state: ListingState, slot: number, position: number): boolean {
  const bit = mix32(hash32(String(position))) % (WORDS * 32);
  const word = slot * WORDS + (bit >>> 5);
  const mask = (1 << (bit & 31)) >>> 0;
  if ((state.seen.get(word) & mask) !== 0) return false;
  state.seen.set(word, (state.seen.get(word) | mask) >>> 0);
  state.depth.set(slot, state.depth.get(slot) + 1);
  return true;
}

/** Notes how deep a walk went today, and returns how deep it went on past days when it was done on at least two. */
export function usualDepth(state: ListingState, walk: { job: number; depth: number; day: number }): number {
  let place = 0;
  for (let i = 0; i < JOBS; i++) {
    if (state.job.get(i) === walk.job) {
      place = i;
      break;
    }
    if (state.jobDay.get(i) < state.jobDay.get(place)) place = i;
  }
  if (state.job.get(place) !== walk.job) {
    state.job.set(place, walk.job);
    for (const field of [state.jobDepth, state.jobToday, state.jobDays, state.jobDay]) field.set(place, 0);
  }
  if (state.jobDay.get(place) !== walk.day) {
    state.jobDepth.set(place, Math.max(state.jobDepth.get(place), state.jobToday.get(place)));
    state.jobToday.set(place, 0);
    state.jobDay.set(place, walk.day);
    state.jobDays.set(place, state.jobDays.get(place) + 1);
  }
  state.jobToday.set(place, Math.max(state.jobToday.get(place), walk.depth));
  return state.jobDays.get(place) >= 3 ? state.jobDepth.get(place) : 0;
}

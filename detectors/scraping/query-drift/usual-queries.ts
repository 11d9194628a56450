// What is usual on a route: which filters its queries have, and how much an answer lists there and among the peers.
// Always holds: learned from unsuspicious answers only. Filters are read from every answer at first, then from one in sixteen.

import type { ApiEvent } from '../../../schemas/event.ts';
import { mix32 } from '../../hash.ts';
import { f32, f32s, type StateView, u32s } from '../../state/fields.ts';
import { filtersOf } from './shape.ts';

export const PLACES = 8;
const FIRST = 256;
const MEMORY = 2000;

const LISTED = {
  lists: f32('answers that listed items'),
  itemsMean: f32('mean of ln(1 + items listed)'),
  itemsVariance: f32('its variance'),
} as const;

export const GROUP = LISTED;
export const ROUTE = {
  ...LISTED,
  answers: f32('answers'),
  sampled: f32('answers whose filters were read, halved at 4,000'),
  filters: u32s(PLACES, 'hashes of names of filters'),
  given: f32s(PLACES, 'answers whose query had it'),
} as const;
type Route = StateView<typeof ROUTE>;
type Listed = StateView<typeof LISTED>;

export function learnQuery(event: ApiEvent, route: Route, group: Listed): void {
  const items = itemsOf(event);
  if (items !== null) {
    learnItems(route, items);
    learnItems(group, items);
  }
  route.answers++;
  if (event.objects.length > 0 && event.query === '') return;
  if (route.answers > FIRST && (mix32(event.at) & 15) !== 0) return;
  route.sampled++;
  for (const name of filtersOf(event.query_shape)) countFilter(route, name);
  if (route.sampled < 4000) return;
  route.sampled /= 2;
  for (let i = 0; i < PLACES; i++) route.given.set(i, route.given.get(i) / 2);
}

function countFilter(route: Route, name: number): void {
  let least = 0;
  for (let i = 0; i < PLACES; i++) {
    if (route.filters.get(i) === name) {
      route.given.set(i, route.given.get(i) + 1);
      return;
    }
    if (route.given.get(i) < route.given.get(least)) least = i;
  }
  // A newcomer must not inherit the count of the one it replaces.
  route.filters.set(least, name);
  route.given.set(least, 1);
}

/** Items of a listing: as logged, else the page size asked for; null when neither is known. */
export const itemsOf = (event: ApiEvent): number | null => event.items ?? event.page?.limit ?? null;

function learnItems(state: Listed, items: number): void {
  const value = Math.log1p(items);
  state.lists++;
  const step = 1 / Math.min(state.lists, MEMORY);
  const away = value - state.itemsMean;
  state.itemsMean += step * away;
  state.itemsVariance = (1 - step) * (state.itemsVariance + step * away * away);
}

const LEAST_LISTS = 50;
const DEFAULT_ITEMS = 25;

/** Items that an ordinary answer hardly exceeds: of the route, else of the peers, else a page of 25. */
export function mostItems(route: Route, group: Listed): number {
  const state = route.lists >= LEAST_LISTS ? route : group;
  if (state.lists < LEAST_LISTS) return DEFAULT_ITEMS;
  return Math.expm1(state.itemsMean + 2 * Math.sqrt(state.itemsVariance)) * 1.05;
}

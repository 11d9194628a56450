// What makes a query broad: it asks for more than one thing, or for what there is rather than for a thing.
// Always holds: told from the query's shape and the route, never from its values; one reason a query, the strongest.
// Does not promise to understand every filter language: see routes/value-class.ts for what a shape keeps of it.

import type { ApiEvent } from '../../../schemas/event.ts';
import { remembered } from '../../remembered.ts';
import { parameter } from '../../routes/parameter-role.ts';
import type { StateView } from '../../state/fields.ts';
import { filtersOf, parts } from './shape.ts';
import { PLACES, type ROUTE } from './usual-queries.ts';

export type Breadth = 'always true' | 'wildcard' | 'unfiltered' | 'reconnaissance';

/** How much better a collector explains such a query, when it is new, than a developer does (ln; starting values). */
export const NATS: Readonly<Record<Breadth, number>> = {
  'always true': 6,
  wildcard: 3.5,
  unfiltered: 3,
  reconnaissance: 2.3,
};

export const WORDS: Readonly<Record<Breadth, string>> = {
  'always true': 'with a condition that is always true',
  wildcard: 'with a wildcard',
  unfiltered: 'without the filter that others give',
  reconnaissance: 'for what there is to take',
};

/** A literal compared with a literal (`1=1`): in a shape literals are `?` and `=` is `~`. */
const TAUTOLOGY = /\?~\?/;
const COUNTING = /\bcount\b ?\(|__schema|__type\b|information_schema/i;
/** The last word of a route that describes or counts instead of giving. */
const DESCRIBES =
  /(?:^|[/_.:-])(?:describe|schema|schemas|\$?metadata|catalog|catalogs|tables|columns|count|counts|\$count|limits|quota|quotas|introspect|introspection)$/i;
const LEAST_ANSWERS = 100;

export function broadOf(
  event: ApiEvent,
  route: StateView<typeof ROUTE>,
  o: { filtered: number },
): Breadth | null {
  const { query_shape: shape } = event;
  const told = breadthOf(shape);
  if (told !== null) return told;
  if (event.objects.length > 0) return null;
  if (describes(event.route)) return 'reconnaissance';
  return lacksFilter(shape, route, o.filtered) ? 'unfiltered' : null;
}

/** What a shape says by itself. */
const breadthOf = remembered((shape): Breadth | null => {
  if (TAUTOLOGY.test(shape)) return 'always true';
  if (hasWildcard(shape)) return 'wildcard';
  return COUNTING.test(shape) ? 'reconnaissance' : null;
});
const describes = remembered((route) => DESCRIBES.test(route));

/** In a value that selects; `fields=*` asks for more of each record, which is D25's. */
function hasWildcard(shape: string): boolean {
  if (shape.indexOf('=wildcard') < 0) return false;
  return parts(shape).some(({ name, value }) => value === 'wildcard' && parameter(name).role !== 'fields');
}

/** True when nearly every answer here went to a query with some filter, and this query has none. */
function lacksFilter(shape: string, route: StateView<typeof ROUTE>, filtered: number): boolean {
  if (route.answers < LEAST_ANSWERS) return false;
  if (filtersOf(shape).length > 0) return false;
  for (let i = 0; i < PLACES; i++)
    if (route.given.get(i) >= filtered * route.sampled && route.filters.get(i) !== 0) return true;
  return false;
}

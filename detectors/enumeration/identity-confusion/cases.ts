// Cases of D32.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  OFFICE,
  place,
  range,
  SECOND,
  START,
  seeded,
  stream,
  together,
} from '../../cases.ts';
import { createQueryReader } from '../../routes/query.ts';

const family = 'enumeration';
const attack = START + 2 * DAY + 10 * HOUR;
const reader = createQueryReader();

/** Objects and shape as ingest would read them. */
const read = (events: ApiEvent[]): ApiEvent[] =>
  events.map((event) => {
    const objects = [...event.objects];
    const { shape } = reader.read(event.query, event.route, objects);
    return { ...event, objects, query_shape: shape };
  });
const partner = (n: number): Caller =>
  caller(`partner-${n}`, place({ ip: `192.0.2.${n}`, asn: 64600 + n, country: 'DE' }));
const who = partner(0);

/** Eight partners look their own customers and orders up. */
const usual = (o: { query?: (id: number) => string } = {}): ApiEvent[] =>
  range(0, 7).flatMap((n) => {
    const random = seeded(n + 1);
    return range(0, 1).flatMap((day) =>
      stream(
        partner(n),
        { from: START + day * DAY + 8 * HOUR, every: 5 * MINUTE, seed: day },
        range(0, 49).map((i): Call => {
          const id = n * 1000 + random.int(1, 40);
          return i % 2 === 0
            ? { collection: '/v1/customers', id: String(id), query: o.query?.(id) ?? 'expand=address' }
            : { collection: '/v1/orders', query: `customer_id=${id}&sort=date` };
        }),
      ),
    );
  });
/** Own customer in the path, somebody else's in the query. */
const crossed = (count: number, name = 'customer_id'): Call[] =>
  range(1, count).map((i) => ({ collection: '/v1/customers', id: '17', query: `${name}=${9000 + i}` }));
const twice = (count: number, name = 'customer_id'): Call[] =>
  range(1, count).map((i) => ({
    collection: '/v1/orders',
    query: `${name}=17&sort=date&${name}=${9000 + i}`,
  }));
const at = (calls: Iterable<Call>, by = who, every = 5 * SECOND): ApiEvent[] =>
  stream(by, { from: attack, every }, calls);
const fires = (
  name: string,
  events: () => ApiEvent[],
  within: { requests: number; records?: number },
): DetectorCase => ({
  name,
  kind: 'fires',
  events: () => read(events()),
  expect: { pages: true, family, within: { from: attack, ...within } },
});
const quiet = (name: string, events: () => ApiEvent[]): DetectorCase => ({
  name,
  kind: 'quiet',
  events: () => read(events()),
  expect: { pages: false, family },
});

export const cases: DetectorCase[] = [
  fires('one customer in the path, another in the query', () => together(usual(), at(crossed(20))), {
    requests: 3,
  }),
  fires(
    'a plain id in the query beside the one in the path',
    () => together(usual(), at(crossed(20, 'id'))),
    {
      requests: 3,
    },
  ),
  fires('the same parameter twice with two values', () => together(usual(), at(twice(20))), { requests: 3 }),
  fires(
    'among four ordinary calls each',
    () =>
      together(
        usual(),
        at(
          crossed(20).flatMap((c) => [
            c,
            ...range(0, 3).map(
              (i): Call => ({ collection: '/v1/orders', query: `customer_id=${i + 1}&sort=date` }),
            ),
          ]),
        ),
      ),
    { requests: 16 },
  ),
  {
    name: 'a new key names two from its first hour on',
    kind: 'cold start',
    events: () => {
      const by = caller('newcomer', OFFICE);
      const own = range(0, 19).map((i): Call => ({ collection: '/v1/customers', id: String(5000 + i) }));
      return read(together(usual(), at([...own, ...crossed(20)], by)));
    },
    expect: { pages: true, family, within: { from: attack, requests: 23 } },
  },
  quiet('lists of ids, in every spelling', () =>
    together(
      usual(),
      at(
        range(1, 60).flatMap((i): Call[] => [
          { collection: '/v1/orders', query: `ids=${i}&ids=${i + 1}` },
          { collection: '/v1/orders', query: `customer_id[]=${i}&customer_id[]=${i + 1}` },
          { collection: '/v1/orders', query: `customer_id=${i},${i + 1}&sort=date` },
          { collection: '/v1/orders', query: `customer_id=${i}&customer_id=${i + 1}&customer_id=${i + 2}` },
        ]),
      ),
    ),
  ),
  quiet('filters and ranges given twice', () =>
    together(
      usual(),
      at(
        range(1, 60).map(
          (i): Call => ({
            collection: '/v1/orders',
            query: `customer_id=${i}&status=open&status=paid&created=gt.2026&created=lt.2027`,
          }),
        ),
      ),
    ),
  ),
  quiet('another thing in the query than in the path', () =>
    together(
      usual(),
      at(
        range(1, 60).map(
          (i): Call => ({
            collection: '/v1/customers',
            id: '17',
            query: `order_id=${i}&after_id=${i + 3}`,
          }),
        ),
      ),
    ),
  ),
  quiet('the same value in the path and in the query', () =>
    together(
      usual({ query: (id) => `customer_id=${id}` }),
      at(
        range(1, 60).map(
          (i): Call => ({ collection: '/v1/customers', id: String(i), query: `customer_id=${i}` }),
        ),
      ),
    ),
  ),
  quiet('a route that compares two customers, for everybody', () =>
    together(usual({ query: (id) => `customer_id=${id + 1}` }), at(crossed(60))),
  ),
  quiet('every such call is refused', () =>
    together(usual(), at(crossed(60).map((c): Call => ({ ...c, status: 403 })))),
  ),
  {
    name: 'one pair fewer than the floor, again and again',
    kind: 'boundary',
    events: () => read(together(usual(), at(range(0, 30).flatMap(() => crossed(2))))),
    expect: { pages: false, family },
  },
];

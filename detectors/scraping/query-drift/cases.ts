// Cases of D30.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOSTING_ABROAD,
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

const family = 'scraping';
const attack = START + 5 * DAY + 10 * HOUR;
const accounts = '/v1/accounts';
const reader = createQueryReader();

/** The shape as ingest would read it. */
const shaped = (events: ApiEvent[]): ApiEvent[] =>
  events.map((event) => ({ ...event, query_shape: reader.read(event.query, event.route, []).shape }));

const member = (n: number): Caller =>
  caller(`member-${n}`, place({ ip: `198.51.${n >> 8}.${n & 255}`, asn: 64700 + n, country: 'DE' }), {
    kind: 'jwt',
  });
const who = member(0);

/** Page after page of a search, each of them full. */
const search = (o: { query: string; pages: readonly number[]; limit?: number; items?: number }): Call[] =>
  o.pages.map((value) => ({
    collection: accounts,
    query: `${o.query}&page=${value}&limit=${o.limit ?? 25}`,
    page: { kind: 'page' as const, value, limit: o.limit ?? 25 },
    items: o.items ?? o.limit ?? 25,
    bytes: 400 * (o.items ?? o.limit ?? 25),
  }));

/** Forty members look customers up by name, every day a few times, and read a page or two of what they find. */
function usual(members = range(0, 39), days = 5): ApiEvent[] {
  return members.flatMap((n) => {
    const random = seeded(n + 1);
    return range(0, days - 1).flatMap((day) =>
      stream(
        member(n),
        { from: START + day * DAY + 8 * HOUR + n * MINUTE, every: 6 * MINUTE, seed: day },
        range(0, 44).flatMap(() =>
          search({
            query: `customer_id=${random.int(1, 400)}&sort=name`,
            pages: random.next() < 0.2 ? [1, 2] : [1],
            items: random.int(1, 20),
          }),
        ),
      ),
    );
  });
}
const letter = (n: number): string => String.fromCharCode(97 + (n % 26));
const wildcards = (by: Caller, pages = 60, from = attack, every = SECOND): ApiEvent[] =>
  stream(
    by,
    { from, every },
    range(0, pages - 1).flatMap((n) =>
      search({ query: `name=${letter(n >> 4)}*`, pages: [(n % 16) + 1], limit: 50 }),
    ),
  );
const fires = (
  name: string,
  events: () => ApiEvent[],
  within: { requests: number; records?: number },
): DetectorCase => ({
  name,
  kind: 'fires',
  events: () => shaped(events()),
  expect: { pages: true, family, within: { from: attack, ...within } },
});
const quiet = (name: string, events: () => ApiEvent[]): DetectorCase => ({
  name,
  kind: 'quiet',
  events: () => shaped(events()),
  expect: { pages: false, family },
});
/** What a script asks before it takes everything. */
const LOOKS: Call[] = ['/v1/objects/describe', '/v1/query/count', '/v1/limits', '/v1/metadata'].map(
  (collection) => ({ collection, bytes: 900 }),
);
const strangers = (count: number): Caller[] =>
  range(0, count - 1).map((n) =>
    caller(`fresh-${n}`, place({ ip: `203.0.113.${n}`, asn: 64900 + (n % 30), country: 'NL' }), {
      kind: 'jwt',
    }),
  );

export const cases: DetectorCase[] = [
  fires('a member searches with wildcards and pages on', () => together(usual(), wildcards(who)), {
    requests: 12,
  }),
  fires('one such page a minute', () => together(usual(), wildcards(who, 60, attack, MINUTE)), {
    requests: 12,
  }),
  fires(
    'the filter that everybody gives is left out',
    () =>
      together(
        usual(),
        stream(
          who,
          { from: attack, every: SECOND },
          search({ query: 'sort=name', pages: range(1, 40), limit: 50 }),
        ),
      ),
    { requests: 14 },
  ),
  fires(
    'a condition that is always true',
    () =>
      together(
        usual(),
        stream(
          who,
          { from: attack, every: SECOND },
          search({ query: "filter=name eq 'x' or 1=1", pages: range(1, 40), limit: 50 }),
        ),
      ),
    { requests: 12 },
  ),
  fires(
    'schemas, counts and limits asked from a network new to the credential',
    () =>
      together(
        usual(),
        stream({ ...who, place: HOSTING_ABROAD }, { from: attack, every: 2 * HOUR, jitter: 0 }, LOOKS),
      ),
    { requests: 3 },
  ),
  fires(
    'a hundred fresh accounts share out the pages of one search',
    () =>
      together(
        usual(),
        ...strangers(100).map((by, n) =>
          stream(
            by,
            { from: attack + n * SECOND, every: 100 * SECOND, jitter: 0 },
            range(0, 5).flatMap((round) =>
              search({ query: `name=${letter(round)}*`, pages: [1 + n], limit: 50 }),
            ),
          ),
        ),
      ),
    { requests: 60 },
  ),
  fires(
    'eight keys ask for counts from networks new to them',
    () =>
      together(
        usual(),
        ...range(0, 7).map((n) =>
          stream(
            {
              ...member(n),
              place: place({ ip: `203.0.113.${n}`, asn: 64900 + n, country: 'NL', client: 'curl' }),
            },
            { from: attack + n * MINUTE, every: MINUTE },
            [{ collection: '/v1/query/count' }],
          ),
        ),
      ),
    { requests: 6 },
  ),
  {
    name: 'an account of today searches with wildcards',
    kind: 'cold start',
    events: () => shaped(together(usual(), wildcards(caller('today', OFFICE, { kind: 'jwt' })))),
    expect: { pages: true, family, within: { from: attack, requests: 12 } },
  },
  quiet('a first wildcard, three pages of it', () => together(usual(), wildcards(who, 3))),
  quiet('a new search that everybody takes up', () =>
    together(usual(), ...range(0, 39).map((n) => wildcards(member(n), 2, attack + n * 30 * SECOND, MINUTE))),
  ),
  quiet('another filter, and pages of the usual size', () =>
    together(
      usual(),
      stream(
        who,
        { from: attack, every: SECOND },
        range(1, 60).flatMap((n) => search({ query: `order_id=${n}`, pages: [1], items: 20 })),
      ),
    ),
  ),
  quiet('a dashboard asks for counts and limits from where it always calls', () =>
    together(
      usual(),
      stream(
        who,
        { from: attack, every: MINUTE },
        range(0, 40).flatMap(() => LOOKS),
      ),
    ),
  ),
  quiet('a service moves to another network and goes on as before', () =>
    together(
      usual(),
      stream(
        { ...who, place: HOSTING_ABROAD },
        { from: attack, every: MINUTE },
        range(0, 60).flatMap((n) => search({ query: `customer_id=${n}&sort=name`, pages: [1], items: 12 })),
      ),
    ),
  ),
  {
    name: 'one page fewer than the floor',
    kind: 'boundary',
    events: () => shaped(together(usual(), wildcards(who, 9))),
    expect: { pages: false, family },
  },
];

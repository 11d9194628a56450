// Cases of D22.

import type { ApiEvent } from '../../../schemas/event.ts';
import {
  type Call,
  type Caller,
  caller,
  DAY,
  type DetectorCase,
  HOUR,
  MINUTE,
  place,
  range,
  SECOND,
  START,
  scattered,
  stream,
  together,
  work,
} from '../../cases.ts';

const family = 'privilege';
const attack = START + 9 * DAY + 10 * HOUR;

const shopper = (n: number): Caller =>
  caller(`shopper-${n}`, place({ ip: `198.51.${n >> 8}.${n & 255}`, asn: 64700 + n, country: 'DE' }), {
    kind: 'jwt',
    client: 'shop',
  });
const manager = (n: number): Caller =>
  caller(`manager-${n}`, place({ ip: `192.0.2.${n}`, asn: 64600, country: 'DE', client: 'chrome' }), {
    kind: 'jwt',
    client: 'desk',
  });
const who = shopper(0);

/** What a shopper does on nine days: own orders, and what is on offer. */
const shopping = (by: Caller, days = 9, scopes: string[] = []): ApiEvent[] =>
  range(0, days - 1).flatMap((day) =>
    stream(by, { from: START + day * DAY + 8 * HOUR, every: 5 * MINUTE, seed: day }, [
      ...scoped(work({ collection: '/v1/orders', count: 25, pool: book, seed: day }), scopes),
      ...scoped(work({ collection: '/v1/products', count: 10, pool: book, seed: day }), scopes),
    ]),
  );
const book = scattered(20, 9000, 3).map(String);
function* scoped(calls: Iterable<Call>, scopes: string[]): Generator<Call> {
  for (const one of calls) yield { ...one, credential: { scopes } };
}
/** Managers administer the shop every day. */
const managing = (by: Caller): ApiEvent[] =>
  range(0, 8).flatMap((day) =>
    stream(
      by,
      { from: START + day * DAY + 9 * HOUR, every: 10 * MINUTE, seed: day },
      range(0, 29).map((i) => ({
        collection: `/v1/admin/${['users', 'prices', 'reports'][i % 3]}`,
        items: 20,
      })),
    ),
  );
const usual = (): ApiEvent[] =>
  together(...range(0, 29).map((n) => shopping(shopper(n))), ...range(0, 2).map((n) => managing(manager(n))));
const calls = (
  by: Caller,
  routes: readonly string[],
  more: Partial<Call> & { from?: number } = {},
): ApiEvent[] => {
  const { from = attack, ...rest } = more;
  return stream(
    by,
    { from, every: 20 * SECOND },
    routes.map((collection) => ({ collection, items: 20, bytes: 9000, ...rest })),
  );
};
const repeat = (route: string, count: number): string[] => range(1, count).map(() => route);
const fires = (
  name: string,
  events: () => ApiEvent[],
  requests: number,
  more: Partial<DetectorCase> = {},
): DetectorCase => ({
  name,
  kind: 'fires',
  events,
  expect: { pages: true, family, within: { from: attack, requests } },
  ...more,
});
const quiet = (name: string, events: () => ApiEvent[], more: Partial<DetectorCase> = {}): DetectorCase => ({
  name,
  kind: 'quiet',
  events,
  expect: { pages: false, family },
  ...more,
});

export const cases: DetectorCase[] = [
  fires(
    'a shopper is let into what only managers use',
    () => together(usual(), calls(who, repeat('/v1/admin/users', 5))),
    1,
  ),
  fires(
    'a function declared as privileged, which nobody ever called',
    () => together(usual(), calls(who, repeat('/v1/ledger/close', 3), { method: 'POST' })),
    1,
    { facts: [{ type: 'sensitivity', route: '/v1/ledger/*', tags: ['privileged'] }] },
  ),
  fires(
    'roles, keys and exports, one after the other',
    () =>
      together(
        usual(),
        calls(who, ['/v1/roles', '/v1/api-keys', '/v1/exports', '/v1/users'], { method: 'POST' }),
      ),
    4,
  ),
  fires(
    'a token comes with a scope it never had, and writes permissions',
    () =>
      together(
        usual(),
        shopping({ ...who, lineage: 'shopper-99' }, 9, ['orders:read']),
        calls({ ...who, lineage: 'shopper-99' }, ['/v1/permissions', '/v1/permissions'], {
          method: 'PUT',
          credential: { scopes: ['orders:read', 'admin:all'] },
        }),
      ),
    2,
  ),
  {
    name: 'a credential of today administers, as its client does',
    kind: 'cold start',
    events: () =>
      together(
        usual(),
        calls(manager(7), [...repeat('/v1/admin/prices', 30), '/v1/admin/users', '/v1/admin/reports']),
      ),
    expect: { pages: false, family },
  },
  quiet(
    'a release brings administration for everybody',
    () =>
      together(
        usual(),
        ...range(0, 29).map((n) =>
          calls(shopper(n), ['/v2/admin/profile', '/v2/admin/devices'], { from: attack + n * 4 * MINUTE }),
        ),
      ),
    { facts: [{ type: 'deploy', at: attack - HOUR, name: 'shop 2', routes: ['/v2/*'] }] },
  ),
  quiet('plain functions new to everybody', () =>
    together(
      usual(),
      calls(
        who,
        range(1, 12).map((n) => `/v1/shelves/${'abcdefghijkl'[n - 1]}`),
      ),
    ),
  ),
  quiet('a manager turns to another part of the administration', () =>
    together(
      usual(),
      managing(manager(3)).filter(({ path }) => path !== '/v1/admin/users'),
      [...calls(manager(3), repeat('/v1/admin/users', 20))],
    ),
  ),
  quiet('every privileged function refuses', () =>
    together(
      usual(),
      calls(who, ['/v1/admin/users', '/v1/admin/prices', '/v1/admin/reports'], { status: 403 }),
    ),
  ),
  quiet(
    'an export that people told of',
    () =>
      together(
        usual(),
        calls(who, ['/v1/admin/users', '/v1/admin/reports', '/v1/exports'], { method: 'POST' }),
      ),
    {
      facts: [
        {
          type: 'credential',
          match: { lineage: 'shopper-0' },
          entitlements: [{ collection: '/v1/admin/*' }, { collection: '/v1/exports' }],
        },
      ],
    },
  ),
  quiet('a declared assistant works in bursts over keys, members and reports, as it always did', () => {
    const agent = caller(
      'assistant',
      place({ ip: '192.0.2.200', asn: 64610, country: 'DE', client: 'node' }),
      {
        client: 'assistant',
      },
    );
    const routes = ['/v1/keys', '/v1/members', '/v1/reports', '/v1/limits'];
    return together(
      usual(),
      range(0, 20).flatMap((burst) =>
        stream(
          agent,
          { from: START + burst * 11 * HOUR, every: 250 },
          range(0, 39).map((i) => ({ collection: routes[i % 4]!, status: i % 9 === 1 ? 400 : 200 })),
        ),
      ),
    );
  }),
  {
    name: 'two functions with telling names, one fewer than pages',
    kind: 'boundary',
    events: () => together(usual(), calls(who, ['/v1/roles', '/v1/exports'], { method: 'POST' })),
    expect: { pages: false, family },
  },
];

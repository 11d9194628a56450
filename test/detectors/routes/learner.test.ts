// The learner: routes by shape, by growth and from the gateway; what an attacker cannot do; counts that add up.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRouteLearner, DEFAULT_BOUNDS, type RouteLearner } from '../../../detectors/routes/learner.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import { createRandom } from '../../bench/route-traffic.ts';

interface Part {
  path: string;
  lineage?: string;
  status?: number;
  method?: string;
  query?: string;
  gatewayRoute?: string | null;
  at?: number;
}

const resolve = (learner: RouteLearner, part: Part) =>
  learner.resolve({
    tenant: 't',
    method: 'GET',
    query: '',
    status: 200,
    gatewayRoute: null,
    lineage: 'ann',
    ...part,
  });

/** Names without digits, so that only growth can tell they are values. */
function name(i: number): string {
  let out = '';
  for (let x = Math.imul(i + 1, 2654435761) >>> 0; out.length < 7; x = Math.floor(x / 16))
    out += 'bcdaeiouklmnprst'[x % 16];
  return out;
}

test('ids by shape are templates at first sight, with their objects', () => {
  const learner = createRouteLearner();
  const { route, objects } = resolve(learner, { path: '/v1/customers/cus_9s6XKzkNRiz8i3/orders/42' });
  assert.equal(route, '/v1/customers/{id}/orders/{id}');
  assert.deepEqual(objects, [
    { collection: '/v1/customers', id: 'cus_9s6XKzkNRiz8i3' },
    { collection: '/v1/customers/{id}/orders', id: '42' },
  ]);
});

test('versions by number or date stay literal where versions stand', () => {
  const learner = createRouteLearner();
  for (const [path, route] of [
    ['/2/tweets/9', '/2/tweets/{id}'],
    ['/rest/api/3/issue/ABC-1', '/rest/api/3/issue/{id}'],
    ['/2010-04-01/calls', '/2010-04-01/calls'],
    ['/reports/2024-01-31', '/reports/{date}'],
    ['/', '/'],
    ['//a//b/', '/a/b'],
    ['/a;jsessionid=1/b?x=1', '/a/b'],
  ] as const)
    assert.equal(resolve(learner, { path }).route, route, path);
});

test('names that keep coming become a parameter; routes of their own stay', () => {
  const learner = createRouteLearner();
  for (let i = 0; i < 600; i++) {
    const lineage = `caller ${i % 7}`;
    resolve(learner, { path: `/users/${name(i % 300)}/repos`, lineage });
    resolve(learner, { path: `/people/${name(i % 300)}`, lineage });
    for (let k = 0; k < 2; k++) resolve(learner, { path: '/people/me', lineage });
    resolve(learner, { path: '/people/search', method: 'POST', lineage });
  }
  assert.equal(learner.canonical('GET', '/users/somebody/repos'), '/users/{id}/repos');
  assert.equal(learner.canonical('GET', '/people/somebody'), '/people/{id}');
  assert.equal(learner.canonical('GET', '/people/me'), '/people/me');
  assert.equal(learner.canonical('POST', '/people/search'), '/people/search');
  assert.deepEqual(resolve(learner, { path: '/people/new-one' }).objects, [
    { collection: '/people', id: 'new-one' },
  ]);
});

test('a flat list of operations stays a list of operations', () => {
  const learner = createRouteLearner();
  const groups = ['chat', 'files', 'users', 'teams', 'calls', 'admin', 'views', 'dialog'];
  for (let i = 0; i < 2000; i++) {
    const path = `/api/${groups[i % 8]}.${name(Math.floor(i / 8) % 20)}`;
    resolve(learner, { path, lineage: `caller ${i % 5}` });
    if (i > 1000) assert.equal(learner.canonical('GET', path), path);
  }
});

test("the gateway's route is taken as it is, greedy tails and prefixes are learned below", () => {
  const learner = createRouteLearner();
  assert.deepEqual(
    resolve(learner, { path: '/users/ann/orders/x', gatewayRoute: '/users/:name/orders/:order' }),
    {
      route: '/users/{name}/orders/{order}',
      objects: [
        { collection: '/users', id: 'ann' },
        { collection: '/users/{name}/orders', id: 'x' },
      ],
      queryShape: '',
      page: null,
    },
  );
  assert.equal(learner.canonical('GET', '/users/bob/orders/y'), '/users/{name}/orders/{order}');
  assert.equal(
    resolve(learner, { path: '/carts/77/items', gatewayRoute: '/{proxy+}' }).route,
    '/carts/{id}/items',
  );
  assert.equal(
    resolve(learner, { path: '/api/carts/77', gatewayRoute: '/api/carts' }).route,
    '/api/carts/{id}',
  );
  assert.equal(
    resolve(learner, { path: '/teams/red/x/5', gatewayRoute: '/teams/{team}/{proxy+}' }).route,
    '/teams/{team}/x/{id}',
  );
});

test('what does not exist leaves nothing behind', () => {
  const learner = createRouteLearner();
  for (let i = 0; i < 500; i++)
    for (const status of [404, 405])
      assert.equal(
        resolve(learner, { path: `/${name(i)}/login.php`, status, lineage: `bot ${i}` }).route,
        '/{…}',
      );
  assert.equal(learner.statistics().nodes, 1);
});

test('unproven templates: 20 a day and lineage, three lineages prove one', () => {
  const learner = createRouteLearner();
  const refused = (day: number, i: number, lineage = 'ann') =>
    resolve(learner, { path: `/${name(i)}`, status: 403, lineage, at: day * 86_400_000 }).route;
  for (let i = 0; i < 40; i++) assert.equal(refused(1, i), i < 20 ? `/${name(i)}` : '/{…}');
  assert.equal(refused(2, 39), `/${name(39)}`);
  assert.equal(learner.statistics().nodes, 1);
  refused(2, 39, 'bob');
  refused(2, 39, 'eve');
  assert.equal(learner.statistics().nodes, 2);
});

test('200,000 random paths of one lineage stay within the bounds', () => {
  const learner = createRouteLearner({ maxNodes: 3000 });
  const random = createRandom(7);
  const statuses = [200, 200, 403, 404, 500];
  for (let i = 0; i < 200_000; i++) {
    let path = '';
    for (let k = 0; k <= random() * 4; k++) path += `/${name(Math.floor(random() * 1e9))}`;
    resolve(learner, { path, status: statuses[i % 5]!, lineage: 'attacker', at: i * 10_000 });
  }
  const { nodes, candidates } = learner.statistics();
  assert.ok(nodes <= 3000, `${nodes} nodes`);
  assert.ok(candidates <= DEFAULT_BOUNDS.maxCandidates);
});

test("a hostile lineage does not change other lineages' templates", () => {
  const quiet = createRouteLearner();
  const attacked = createRouteLearner();
  const statuses = [200, 404, 403, 200];
  const random = createRandom(11);
  for (let i = 0; i < 4000; i++) {
    const part = {
      path: [
        '/users',
        '/users/me',
        `/orders/${i}`,
        '/orders/search',
        `/carts/${i}/items`,
        `/help/${name(i % 30)}`,
      ][i % 6]!,
      lineage: `caller ${i % 4}`,
      at: i * 60_000,
    };
    const expected = resolve(quiet, part).route;
    assert.equal(resolve(attacked, part).route, expected, part.path);
    for (let k = 0; k < 5; k++) {
      const base = ['', '/users', '/orders', '/help', '/carts/7'][k]!;
      resolve(attacked, {
        path: `${base}/${name(Math.floor(random() * 1e9))}`,
        status: statuses[i % 4]!,
        lineage: 'attacker',
        at: i * 60_000,
      });
    }
  }
});

const segment = fc.oneof(
  fc.constantFrom(
    'users',
    'orders',
    'me',
    'v1',
    '2',
    '2024-01-31',
    '42',
    '42.json',
    'app.3f2a9c.js',
    'Items(4)',
    '{id}',
    '{…}',
    '4:run',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.nat(400).map(name),
);
const call = fc.record({
  path: fc.array(segment, { maxLength: 5 }).map((s) => `/${s.join('/')}`),
  lineage: fc.constantFrom('a', 'b', 'c', 'd'),
  status: fc.constantFrom(200, 200, 204, 304, 302, 403, 404, 500, 0),
  gatewayRoute: fc.option(
    fc.constantFrom('/users/:user', '/{proxy+}', '/orders', '/orders/{order}/items', '$default'),
    { freq: 6 },
  ),
});

test('any calls: never throws, deterministic, canonical is idempotent, counts add up', () => {
  fc.assert(
    fc.property(fc.array(call, { maxLength: 150 }), (calls) => {
      const learner = createRouteLearner({ minChildren: 10, maxCounted: 40 });
      const again = createRouteLearner({ minChildren: 10, maxCounted: 40 });
      for (const part of calls) {
        const resolved = resolve(learner, part);
        assert.deepEqual(resolve(again, part), resolved);
        learner.count({
          tenant: 't',
          method: 'GET',
          at: 0,
          route: resolved.route,
          objects: resolved.objects,
        } as unknown as ApiEvent);
      }
      for (const { path } of calls) {
        const once = learner.canonical('GET', path);
        assert.equal(learner.canonical('GET', once), once, path);
      }
      let events = 0;
      for (const row of learner.routes()) events += row.events;
      assert.equal(events, calls.length);
    }),
    { numRuns: 60 },
  );
});

test('routes() merges what was seen before a parameter was learned', () => {
  const learner = createRouteLearner();
  for (let i = 0; i < 900; i++) {
    const { route, objects } = resolve(learner, {
      path: `/people/${name(i % 300)}`,
      lineage: `caller ${i % 5}`,
    });
    learner.count({ tenant: 't', method: 'GET', at: 0, route, objects } as unknown as ApiEvent);
  }
  const rows = [...learner.routes()];
  assert.equal(rows.length, 1);
  assert.equal(rows[0]!.route, '/people/{id}');
  assert.equal(rows[0]!.events, 900);
});

// Routes as gateways write them, and the ids read by aligning a path with them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alignObjects } from '../../../detectors/routes/align.ts';
import { readGatewayRoute } from '../../../detectors/routes/gateway-route.ts';
import type { EventObject } from '../../../schemas/event.ts';

test('every spelling becomes {name}', () => {
  const table: readonly [string, string | null][] = [
    ['/users/:id', '/users/{id}'],
    ['/users/{userId}/orders', '/users/{userId}/orders'],
    ['/users/<id>', '/users/{id}'],
    ['/users/<int:id>', '/users/{id}'],
    ['GET /users/{id}', '/users/{id}'],
    ['~/users/(?<id>\\d+)$', '/users/{id}'],
    ['~/users/(?<id>[^/]+)/orders', '/users/{id}/orders'],
    ['~/files/(?<name>[^/.]+)\\.json$', '/files/{name}.json'],
    ['/users/{id:[0-9]+}', '/users/{id}'],
    ['/users/\\d+', '/users/{id}'],
    ['/', '/'],
  ];
  for (const [logged, template] of table) assert.equal(readGatewayRoute(logged)?.template, template, logged);
});

test('a greedy tail is open, what names no path is refused', () => {
  for (const logged of ['/{proxy+}', 'ANY /{proxy+}', '/*', '/{*rest}', '~/.*', '/<path:rest>'])
    assert.deepEqual(readGatewayRoute(logged), { segments: [], template: null, open: true }, logged);
  assert.deepEqual(readGatewayRoute('/orgs/{org}/{proxy+}'), {
    segments: ['orgs', '{org}'],
    template: null,
    open: true,
  });
  for (const logged of ['$default', '', 'my-route', `/${'x'.repeat(2000)}`])
    assert.equal(readGatewayRoute(logged), null, logged);
});

test('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      readGatewayRoute(text);
      readGatewayRoute(`/${text}`);
    }),
  );
});

test('aligning a template with a path made from it gives back the ids', () => {
  const id = fc
    .string({ minLength: 1, maxLength: 20 })
    .filter((s) => s.trim() !== '' && s !== '.' && s !== '..');
  const part = fc.oneof(
    fc.constantFrom('users', 'orders', 'v1').map((name) => ({ name, id: null as string | null })),
    id.map((value) => ({ name: '{id}', id: value as string | null })),
  );
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
      const objects: EventObject[] = [];
      const path = parts.map((p) => `/${p.id === null ? p.name : encodeURIComponent(p.id)}`).join('');
      assert.ok(
        alignObjects(
          parts.map((p) => p.name),
          path,
          objects,
        ),
      );
      assert.deepEqual(
        objects.map((o) => o.id),
        parts.flatMap((p) => (p.id === null ? [] : [p.id])),
      );
    }),
  );
});

test('a stage in front of the path is passed over, another path is refused', () => {
  const objects: EventObject[] = [];
  assert.ok(alignObjects(['users', '{id}'], '/prod/users/42', objects));
  assert.deepEqual(objects, [{ collection: '/users', id: '42' }]);
  assert.equal(alignObjects(['users', '{id}'], '/orders/42', []), false);
  assert.equal(alignObjects(['users'], '/users/42', []), false);
});

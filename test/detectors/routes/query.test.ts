// Query strings: shape, place in a listing, object ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createQueryReader, MAX_OBJECTS, MAX_SHAPE } from '../../../detectors/routes/query.ts';
import { skeleton } from '../../../detectors/routes/value-class.ts';
import type { EventObject } from '../../../schemas/event.ts';

function read(query: string, route = '/things') {
  const objects: EventObject[] = [];
  return { ...createQueryReader().read(query, route, objects), objects };
}

test('shape: sorted names with value classes', () => {
  const table: readonly [string, string][] = [
    ['', ''],
    ['limit=10&q=red+shoes', 'limit=int&q=text'],
    ['q=shoes', 'q=word'],
    ['b=&a', 'a=empty&b=empty'],
    ['since=2024-01-01&active=true', 'active=bool&since=date'],
    ['x=3fa85f64-5717-4562-b3fc-2c963f66afa6', 'x=uuid'],
    ['e=a%40b.com', 'e=email'],
    ['price=1.5', 'price=number'],
    ['name=ann*', 'name=wildcard'],
    ['fields=a,b,c', 'fields=fields5'],
    ['fields=*', 'fields=wildcard'],
    ['tag=a&tag=b&tag=c', 'tag=word[]'],
    ['bad=%E0%A4%A', 'bad=id'],
    ["$filter=Name eq 'Ann' and Age gt 30", '$filter=Name eq ? and Age gt ?'],
  ];
  for (const [query, shape] of table) assert.equal(read(query).shape, shape, query);
});

test('a filter keeps its structure and loses its literals', () => {
  assert.equal(
    skeleton("SELECT Id, Name FROM Account WHERE Name = 'O\\'Neil' AND Id IN ('001x', '002y') LIMIT 200"),
    'SELECT Id, Name FROM Account WHERE Name ~ ? AND Id IN (?) LIMIT ?',
  );
  assert.equal(skeleton('{ user(id: "42") { name email } }'), '{ user(id: ?) { name email } }');
});

test('position in a listing, in the spellings in use', () => {
  const table: readonly [string, string, number | null, number | null][] = [
    ['page=3&per_page=50', 'page', 3, 50],
    ['page[number]=3&page[size]=50', 'page', 3, 50],
    ['page%5Bnumber%5D=4', 'page', 4, null],
    ['offset=100&limit=20', 'offset', 100, 20],
    ['$skip=40&$top=20', 'offset', 40, 20],
    ['start=10&count=5', 'offset', 10, 5],
    ['cursor=abc&limit=5', 'cursor', null, 5],
    ['nextToken=eyJ2', 'cursor', null, null],
    ['starting_after=cus_9s6XKzkNRiz8i3', 'cursor', null, null],
  ];
  for (const [query, kind, value, limit] of table) {
    const { page } = read(query);
    assert.equal(page?.kind, kind, query);
    if (value !== null) assert.equal(page?.value, value, query);
    assert.equal(page?.limit, limit, query);
  }
  for (const query of ['start=2024-01-01', 'after=2024-01-01', 'page=', 'limit=5', 'offset=x'])
    assert.equal(read(query).page, null, query);
});

test('ids named by the query', () => {
  const table: readonly [string, EventObject[]][] = [
    ['user_id=7', [{ collection: '?user_id', id: '7' }]],
    ['userId=ann', [{ collection: '?userId', id: 'ann' }]],
    [
      'user_ids=7,8',
      [
        { collection: '?user_id', id: '7' },
        { collection: '?user_id', id: '8' },
      ],
    ],
    ['id=7', [{ collection: '/things?id', id: '7' }]],
    ['email=a%40b.com', [{ collection: '?email', id: 'a@b.com' }]],
    ['phone=%2B14155552671', [{ collection: '?phone', id: '+14155552671' }]],
    ['sku=RED-SHOE', [{ collection: '?sku', id: 'RED-SHOE' }]],
    ['order=asc&sort=id&q=42&client_id=app&valid=1&key=name', []],
  ];
  for (const [query, objects] of table) assert.deepEqual(read(query).objects, objects, query);
  assert.equal(read(`ids=${Array.from({ length: 500 }, (_, i) => i)}`).objects.length, MAX_OBJECTS);
});

test('names are ids in an AWS call', () => {
  assert.deepEqual(read('bucketName=b&key=k', '/s3.amazonaws.com/GetObject').objects, [
    { collection: '/s3.amazonaws.com?bucketName', id: 'b' },
    { collection: '/s3.amazonaws.com?key', id: 'k' },
  ]);
});

test('any text: never throws, bounded, deterministic', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (query) => {
      const first = read(query);
      assert.ok(first.shape.length <= MAX_SHAPE);
      assert.ok(first.objects.length <= MAX_OBJECTS);
      assert.deepEqual(read(query), first);
    }),
  );
});

// How well templates are learned over a small description of our own; the bench measures the same over published ones.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRouteLearner } from '../../../detectors/routes/learner.ts';
import { createTraffic, type Operation, type ParameterInfo } from '../../bench/route-traffic.ts';

const STRING: ParameterInfo = { type: 'string' };
const PARAMETERS: Record<string, ParameterInfo> = {
  shop: STRING,
  owner: STRING,
  orderNumber: { type: 'integer' },
  shipmentId: { type: 'string', format: 'uuid' },
  email: STRING,
  sha: STRING,
  deviceSid: { type: 'string', pattern: '^DV[0-9a-f]{32}$' },
};
const ROUTES = `GET /v1/shops
GET /v1/shops/{shop}
GET /v1/shops/{shop}/stock
GET /v1/shops/{shop}/staff
GET /v1/shops/{shop}/prices
PUT /v1/shops/{shop}/prices
GET /v1/shops/{shop}/opening-hours
GET /v1/owners/{owner}
GET /v1/owners/{owner}/shops
GET /v1/orders
POST /v1/orders
GET /v1/orders/{orderNumber}
GET /v1/orders/{orderNumber}.pdf
POST /v1/orders/search
GET /v1/orders/{orderNumber}/lines
GET /v1/shipments/{shipmentId}
POST /v1/shipments/{shipmentId}/confirm
GET /v1/subscribers/{email}
GET /v1/builds/{sha}/log
GET /v1/devices/{deviceSid}/readings
GET /v1/status
GET /v1/me`;

const operations: Operation[] = ROUTES.split('\n').map((line) => {
  const [method, path] = line.split(' ') as [string, string];
  return { api: 'shop', server: 'https://shop.example', method, path, path_params: PARAMETERS };
});

const structure = (template: string): string => template.replace(/\{[^}]*\}/g, '{}');

test('at least 95 % of calls get the described template after learning', () => {
  for (const seed of [1, 2, 3]) {
    const calls = createTraffic({ operations, seed, calls: 15_000 });
    const learner = createRouteLearner();
    for (const c of calls) learner.resolve({ ...c, tenant: 't', gatewayRoute: null });
    const scored = calls.filter((c) => c.template !== null);
    const right = scored.filter(
      (c) => structure(learner.canonical(c.method, c.path)) === structure(c.template!),
    );
    assert.ok(right.length >= 0.95 * scored.length, `seed ${seed}: ${right.length} of ${scored.length}`);
  }
});

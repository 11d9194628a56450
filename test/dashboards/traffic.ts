// Thirty days of made-up traffic that gives every query of dashboards/queries something to show: busy partners, a
// credential that wanders to a new network and new records on the last day, one that fell silent, guessing, anonymous calls.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Store } from '../../services/store/store.ts';
import { delivery, event, finding, incident } from '../services/store/fixtures.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
export const DAYS = 30;
/** First event. */
export const BEGIN = Date.UTC(2026, 2, 1);
/** The wanderer's busiest hour, on the last day. */
export const BURST = BEGIN + (DAYS - 1) * DAY + 12 * HOUR;
export const WANDERER = 'consumer:wanderer';
export const SILENT = 'consumer:silent';

/** Several inserts, so that rollups have something to merge. */
const BATCH = 1_000;
const ROUTES = ['/v1/customers/{id}', '/v1/orders/{id}', '/v1/invoices', '/health'];

function traffic(): ApiEvent[] {
  const events: ApiEvent[] = [];
  const add = (at: number, lineage: string, o: Parameters<typeof event>[1] = {}) => {
    const n = events.length;
    const { credential, client, ...rest } = o;
    events.push(
      event(n, {
        at,
        route: ROUTES[n % ROUTES.length] as string,
        objects: [{ collection: '/v1/customers', id: String(n % 40) }],
        latency_ms: 5 + (n % 90),
        bytes_out: 500 + (n % 1000),
        ...rest,
        client: { ...client },
        credential: { lineage, subject: lineage, display: lineage.replace('consumer:', ''), ...credential },
      }),
    );
  };
  for (let hour = 0; hour < DAYS * 24; hour++) {
    const at = BEGIN + hour * HOUR;
    for (const partner of ['consumer:acme', 'consumer:globex', WANDERER]) {
      add(at + 1000, partner);
      add(at + 2000, partner, { method: 'POST', status: 201 });
    }
    if (hour < 24 * 5) add(at + 3000, SILENT);
    if (hour % 6 === 0)
      add(at + 4000, 'anonymous', {
        credential: { kind: 'anonymous' },
        route: '/v1/customers/{id}',
        objects: [{ collection: '/v1/customers', id: String(hour) }],
        client: { prefix: '198.51.100.0/24' },
      });
  }
  for (let n = 0; n < 300; n++)
    add(BURST + n * 1000, WANDERER, {
      route: '/v2/export/{id}',
      objects: [{ collection: '/v2/export', id: `record-${n}` }],
      bytes_out: 50_000,
      client: {
        ip: '203.0.113.9',
        prefix: '203.0.113.0/24',
        asn: 64511,
        network: 'OTHER-NET',
        country: 'NL',
      },
    });
  for (let n = 0; n < 20; n++)
    add(BURST + n * 500, 'consumer:acme', {
      status: n < 18 ? 401 : 200,
      client: {
        ip: '203.0.113.9',
        prefix: '203.0.113.0/24',
        asn: 64511,
        network: 'OTHER-NET',
        country: 'NL',
      },
    });
  add(BURST, 'consumer:globex', { client: { prefix: '203.0.113.0/24' }, status: 500 });
  return events;
}

/** Fills every table that the dashboards read. */
export async function fillStore(store: Store): Promise<void> {
  const events = traffic();
  for (let from = 0; from < events.length; from += BATCH)
    await store.insertEvents(events.slice(from, from + BATCH), `traffic ${from}`);
  const at = new Date(BURST).toISOString();
  await store.insertIncidents(
    [
      incident(1, {
        lineage: WANDERER,
        severity: 'critical',
        opened_at: at,
        first_event_at: at,
        last_event_at: new Date(BURST + HOUR).toISOString(),
      }),
    ],
    'incidents',
  );
  const burst = events.filter((each) => each.route === '/v2/export/{id}').slice(0, 5);
  await store.insertFindings(
    burst.map((each, n) => finding(n, { lineage: WANDERER, at: each.at, event_id: each.id })),
    'findings',
  );
  await store.insertRejections(
    [1, 2].map((line) => ({
      reason: 'bad-time',
      detail: 'the time is impossible',
      format: 'combined',
      position: `access.log:${line}`,
      excerpt: '192.0.2.1 - - [99/Foo]',
    })),
    'rejections',
  );
  await store.outbox.enqueue([
    delivery(1),
    delivery(2, { status: 'delivered', attempts: 1 }),
    delivery(3, { status: 'dead', attempts: 8, last_error: 'HTTP 503' }),
  ]);
}

// A day at Larkfield Supply, a fictitious wholesaler: partners, shop apps, mobile users, jobs, probes and support
// desks call its API through Kong; one key is replayed, one customer base enumerated, one catalogue scraped.
// Same seed, same bytes. Addresses come from public ranges only so that networks have names; nobody real is meant.

import { type Call, type Caller, kongLine } from './kong-line.ts';
import { type Random, seeded } from './random.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Tuesday 10 March 2026, 00:00 UTC. */
const DAY_START = Date.UTC(2026, 2, 10);

export interface Label {
  kind: 'replay' | 'enumeration' | 'scraping';
  consumer: string;
  /** ISO 8601, UTC. */
  start: string;
  end: string;
  requests: number;
  /** Distinct records read by the attacker. */
  records: number;
  story: string;
}

export interface Day {
  lines: string[];
  labels: Label[];
  consumers: number;
}

export function larkfieldDay(seed: number): Day {
  const random = seeded(seed);
  const calls: Call[] = [
    ...partners(random),
    ...shops(random),
    ...mobileUsers(random),
    ...jobs(random),
    ...supportDesk(random),
    ...probes(random),
    ...visitors(random),
  ];
  const labels: Label[] = [];
  for (const plant of [replay, enumeration, scraping]) {
    const { calls: planted, label } = plant(random);
    calls.push(...planted);
    labels.push(label);
  }
  calls.sort((a, b) => a.at - b.at);
  const consumers = new Set(calls.map((call) => call.caller.consumer).filter(Boolean)).size;
  return { lines: calls.map((call) => kongLine(call, random)), labels, consumers };
}

/** Calls at a Poisson pace between two hours of the day; `make` says what each one is. */
function during(
  random: Random,
  from: number,
  to: number,
  perHour: number,
  make: (at: number) => Call,
): Call[] {
  const calls: Call[] = [];
  for (let at = DAY_START + from * HOUR + random.wait(HOUR / perHour); at < DAY_START + to * HOUR; ) {
    calls.push(make(Math.round(at)));
    at += random.wait(HOUR / perHour);
  }
  return calls;
}

const get = (
  at: number,
  caller: Caller,
  path: string,
  query: Record<string, string>,
  bytes: number,
  status = 200,
): Call => ({
  at,
  caller,
  method: 'GET',
  path,
  query,
  status,
  bytes,
});

/** Ordinary integration work on a partner's own set of customers and orders: mostly revisits. */
function partnerCall(random: Random, caller: Caller, book: { first: number; size: number }) {
  return (at: number): Call => {
    const customer = book.first + random.zipf(book.size) * 7;
    const roll = random.next();
    if (roll < 0.35) return get(at, caller, `/v1/customers/${customer}`, {}, random.int(900, 1600));
    if (roll < 0.6)
      return get(
        at,
        caller,
        '/v1/orders',
        { customer_id: String(customer), limit: '20' },
        random.int(2_000, 9_000),
      );
    if (roll < 0.8)
      return get(at, caller, `/v1/products/SKU-${1000 + random.zipf(400)}`, {}, random.int(700, 1_400));
    if (roll < 0.9) return { ...get(at, caller, '/v1/orders', {}, 420, 201), method: 'POST' };
    if (roll < 0.985)
      return get(at, caller, `/v1/shipments/${customer}-${random.int(1, 3)}`, {}, random.int(400, 900));
    return get(at, caller, `/v1/customers/${customer}1`, {}, 96, 404);
  };
}

const PARTNERS: readonly (Caller & { consumer: string; perHour: number })[] = [
  { consumer: 'northgate-logistics', ip: '81.200.64.18', userAgent: 'Northgate-TMS/5.2', perHour: 150 },
  { consumer: 'harbour-freight-eu', ip: '145.14.132.40', userAgent: 'okhttp/4.12.0', perHour: 90 },
  { consumer: 'brightline-apps', ip: '52.58.10.21', userAgent: 'axios/1.7.2', perHour: 40 },
  { consumer: 'tallgrass-retail', ip: '34.107.20.7', userAgent: 'Go-http-client/2.0', perHour: 130 },
  {
    consumer: 'meridian-parts',
    ip: '212.58.120.14',
    userAgent: 'Apache-HttpClient/5.3 (Java/17)',
    perHour: 80,
  },
  {
    consumer: 'oakridge-erp',
    ip: '195.50.140.90',
    userAgent: 'SAP NetWeaver Application Server (1.0;750)',
    perHour: 160,
  },
  { consumer: 'sunrise-market', ip: '203.104.140.12', userAgent: 'GuzzleHttp/7', perHour: 60 },
  { consumer: 'bluefin-marine', ip: '130.225.10.31', userAgent: 'python-requests/2.32.3', perHour: 50 },
];

function partners(random: Random): Call[] {
  return PARTNERS.flatMap((partner, index) => {
    const book = { first: 200_000 + index * 4_000, size: 60 + index * 12 };
    return [
      ...during(random, 0, 24, partner.perHour * 0.25, partnerCall(random, partner, book)),
      ...during(random, 7, 19, partner.perHour, partnerCall(random, partner, book)),
    ];
  });
}

/** Shop front ends: popular products, a few pages of listings, from a small pool of cloud addresses. */
function shops(random: Random): Call[] {
  const calls: Call[] = [];
  for (let index = 0; index < 8; index++) {
    const consumer = `shop-${['aster', 'birch', 'cedar', 'dogwood', 'elm', 'fern', 'ginkgo', 'hazel'][index]}`;
    const addresses = [1, 2, 3].map((host) => `35.156.${20 + index}.${host * 40}`);
    calls.push(
      ...during(random, 0, 24, 110, (at) => {
        const caller = { consumer, userAgent: 'node-fetch/1.0', ip: random.pick(addresses) };
        if (random.next() < 0.3) {
          const page = String(1 + random.zipf(6));
          return get(
            at,
            caller,
            '/v1/products',
            { category: random.pick(CATEGORIES), page, per_page: '50' },
            random.int(15_000, 26_000),
          );
        }
        return get(at, caller, `/v1/products/SKU-${1000 + random.zipf(900)}`, {}, random.int(700, 1_400));
      }),
    );
  }
  return calls;
}

const CATEGORIES = ['fasteners', 'hand-tools', 'paint', 'garden', 'electrical'];

/** Delivery drivers: a phone that roams between home network and mobile carrier; each reads its own few records. */
function mobileUsers(random: Random): Call[] {
  const calls: Call[] = [];
  for (let index = 0; index < 22; index++) {
    const consumer = `driver-${101 + index}`;
    const home = `84.112.${10 + index}.${20 + index}`;
    const carrier = () => `80.187.${96 + random.int(0, 12)}.${random.int(2, 250)}`;
    const userAgent =
      index % 2 ? 'LarkfieldDriver/3.4 (iPhone; iOS 18.3)' : 'LarkfieldDriver/3.4 (Android 15)';
    const leaves = 6 + random.next() * 2;
    const returns = leaves + 8 + random.next();
    let mobile = carrier();
    const round = 300_000 + index * 500;
    calls.push(
      ...during(random, leaves - 1, returns + 3, 38, (at) => {
        const hour = (at - DAY_START) / HOUR;
        if (random.next() < 0.02) mobile = carrier();
        const caller = { consumer, userAgent, ip: hour > leaves && hour < returns ? mobile : home };
        const stop = round + random.zipf(45);
        if (random.next() < 0.5) return get(at, caller, `/v1/shipments/${stop}-1`, {}, random.int(500, 900));
        if (random.next() < 0.4)
          return { ...get(at, caller, `/v1/shipments/${stop}-1/status`, {}, 60, 204), method: 'PUT' };
        return get(at, caller, '/v1/shipments', { driver: consumer, limit: '25' }, random.int(3_000, 6_000));
      }),
    );
  }
  return calls;
}

/** Declared work inside the company: a nightly price export, stock sync, invoices, continuous integration. */
function jobs(random: Random): Call[] {
  const calls: Call[] = [];
  const stock: Caller = { consumer: 'job-stock-sync', userAgent: 'larkfield-jobs/2.1', ip: '10.20.4.11' };
  for (let hour = 0; hour < 24; hour++) {
    for (let item = 0; item < 90; item++) {
      const at = DAY_START + hour * HOUR + 5 * MINUTE + item * 800 + random.int(0, 300);
      calls.push({ ...get(at, stock, `/v1/products/SKU-${1000 + item * 9}/stock`, {}, 120), method: 'PUT' });
    }
  }
  const invoices: Caller = { consumer: 'job-invoices', userAgent: 'larkfield-jobs/2.1', ip: '10.20.4.12' };
  calls.push(
    ...during(random, 0, 24, 60, (at) =>
      get(at, invoices, '/v1/orders', { status: 'shipped', limit: '100' }, random.int(20_000, 40_000)),
    ),
  );
  for (let index = 0; index < 3; index++) {
    const consumer = `ci-${['web', 'mobile', 'gateway'][index]}`;
    let runner = '';
    calls.push(
      ...during(random, 7, 20, 60, (at) => {
        if (!runner || random.next() < 0.06)
          runner = `20.${random.int(40, 90)}.${random.int(1, 250)}.${random.int(2, 250)}`;
        const caller = { consumer, userAgent: 'larkfield-tests/1.0 node', ip: runner };
        return get(
          at,
          caller,
          `/v1/products/SKU-${9000 + random.int(0, 12)}`,
          {},
          random.int(600, 900),
          random.next() < 0.08 ? 404 : 200,
        );
      }),
    );
  }
  return calls;
}

/** People at the support desk behind one office address; they open many customers a day, one after another. */
function supportDesk(random: Random): Call[] {
  const calls: Call[] = [];
  for (let index = 0; index < 6; index++) {
    const caller = {
      consumer: `support-${['ana', 'ben', 'chloe', 'dev', 'esra', 'finn'][index]}`,
      userAgent:
        'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/134.0.0.0 Safari/537.36',
      ip: '193.34.160.5',
    };
    let customer = 200_000;
    calls.push(
      ...during(random, 8, 17, 100, (at) => {
        if (random.next() < 0.12) customer = 200_000 + random.int(0, 60_000);
        const roll = random.next();
        if (roll < 0.4) return get(at, caller, `/v1/customers/${customer}`, {}, random.int(900, 1600));
        if (roll < 0.7)
          return get(
            at,
            caller,
            '/v1/orders',
            { customer_id: String(customer), limit: '20' },
            random.int(2_000, 9_000),
          );
        if (roll < 0.9) return get(at, caller, `/v1/customers/${customer}/notes`, {}, random.int(200, 3_000));
        return { ...get(at, caller, `/v1/customers/${customer}/notes`, {}, 80, 201), method: 'POST' };
      }),
    );
  }
  return calls;
}

/** Uptime checks every 30 seconds from two places, one of them with a key that must be refused. */
function probes(random: Random): Call[] {
  const calls: Call[] = [];
  const probe: Caller = { consumer: 'uptime-probe', userAgent: 'larkfield-probe/1', ip: '10.20.9.3' };
  for (let at = DAY_START; at < DAY_START + 24 * HOUR; at += 30_000) {
    calls.push(get(at + random.int(0, 200), probe, '/v1/status', {}, 64));
    if (at % (10 * MINUTE) === 0)
      calls.push(get(at + 400, { ...probe, consumer: null }, '/v1/customers/200000', {}, 52, 401));
  }
  return calls;
}

/** Callers without a credential: the public status page, and a few mistyped addresses. */
function visitors(random: Random): Call[] {
  return during(random, 0, 24, 45, (at) => {
    const caller = {
      consumer: null,
      userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:136.0) Gecko/20100101 Firefox/136.0',
      ip: `91.${random.int(10, 60)}.${random.int(0, 250)}.${random.int(1, 250)}`,
    };
    return random.next() < 0.95
      ? get(at, caller, '/v1/status', {}, 64)
      : get(at, caller, '/v1/customers', {}, 52, 401);
  });
}

interface Plant {
  calls: Call[];
  label: Label;
}

const iso = (at: number) => new Date(at).toISOString();

/** A partner's key, copied from a repository, used from a rented server while the partner goes on working. */
function replay(random: Random): Plant {
  const thief: Caller = { consumer: 'northgate-logistics', ip: '139.59.0.10', userAgent: 'curl/8.7.1' };
  const records = new Set<string>();
  const calls = during(random, 13.2, 16.5, 45, (at) => {
    const customer = 200_000 + random.int(0, 57) * 7;
    if (random.next() < 0.5) {
      records.add(`customer ${customer}`);
      return get(at, thief, `/v1/customers/${customer}`, {}, random.int(900, 1600));
    }
    return get(
      at,
      thief,
      '/v1/orders',
      { customer_id: String(customer), limit: '100' },
      random.int(6_000, 24_000),
    );
  });
  return plant(
    calls,
    'replay',
    'northgate-logistics',
    records.size,
    'the partner key is used from a second network and country with another client, interleaved with its owner',
  );
}

/** An app partner reads customers by counting up, four workers at once, slower than any rate limit. */
function enumeration(random: Random): Plant {
  const caller: Caller = { consumer: 'brightline-apps', ip: '52.58.10.21', userAgent: 'axios/1.7.2' };
  const calls: Call[] = [];
  const records = new Set<number>();
  for (let worker = 0; worker < 4; worker++) {
    let at = DAY_START + 2 * HOUR;
    for (let id = 410_000 + worker * 900; id < 410_900 + worker * 900 && at < DAY_START + 5 * HOUR; id++) {
      at += 2_000 + random.wait(9_000);
      const found = random.next() < 0.82;
      if (found) records.add(id);
      calls.push(
        get(
          Math.round(at),
          caller,
          `/v1/customers/${id}`,
          {},
          found ? random.int(900, 1600) : 96,
          found ? 200 : 404,
        ),
      );
    }
  }
  return plant(
    calls,
    'enumeration',
    'brightline-apps',
    records.size,
    'customers are read by counting up with four workers at about 20 requests a minute in all',
  );
}

/** A shop's key pages through every category of the catalogue and opens each product. */
function scraping(random: Random): Plant {
  const caller: Caller = { consumer: 'shop-fern', ip: '35.156.25.40', userAgent: 'node-fetch/1.0' };
  const calls: Call[] = [];
  const records = new Set<number>();
  let at = DAY_START + 20 * HOUR;
  for (const category of CATEGORIES) {
    for (let page = 1; page <= 90; page++) {
      at += 700 + random.wait(900);
      calls.push(
        get(
          Math.round(at),
          caller,
          '/v1/products',
          { category, page: String(page), per_page: '100' },
          random.int(38_000, 52_000),
        ),
      );
      for (let item = 0; item < 100; item++)
        records.add(CATEGORIES.indexOf(category) * 10_000 + page * 100 + item);
    }
  }
  return plant(
    calls,
    'scraping',
    'shop-fern',
    records.size,
    'every category is paged to its end, 100 products a page',
  );
}

function plant(calls: Call[], kind: Label['kind'], consumer: string, records: number, story: string): Plant {
  const times = calls.map((call) => call.at);
  const label = {
    kind,
    consumer,
    start: iso(Math.min(...times)),
    end: iso(Math.max(...times)),
    requests: calls.length,
    records,
    story,
  };
  return { calls, label };
}

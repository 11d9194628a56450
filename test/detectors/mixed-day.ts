// A seeded day of ordinary traffic by some sixty callers of the kinds that other systems raise false alarms about.
// Always holds: nothing in it is an attack; the same seed gives the same events.

import {
  type Call,
  type Caller,
  call,
  caller,
  HOUR,
  MINUTE,
  type Place,
  pages,
  place,
  range,
  read,
  SECOND,
  START,
  scattered,
  seeded,
  stream,
  together,
  uuids,
  work,
} from '../../detectors/cases.ts';
import type { ApiEvent } from '../../schemas/event.ts';

type Traffic = (seed: number) => ApiEvent[];

const customers = '/v1/customers';
const orders = '/v1/orders';
const pool = (seed: number, size = 40): string[] => scattered(size, 50_000, seed).map(String);
const moved = (who: Caller, where: Place): Caller => ({ ...who, place: where });

/** Phones: one to three hand-overs, one call in a hundred over the other network, prefixes that change all the time. */
const phones: Traffic = (seed) =>
  range(1, 8).flatMap((n) => {
    const random = seeded(seed * 100 + n);
    const wifi = place({ ip: `198.51.100.${n}`, asn: 3320, country: 'DE', client: 'safari' });
    const carrier = (): Place =>
      place({
        ip: `203.0.${random.int(1, 40)}.${random.int(1, 250)}`,
        asn: 8881,
        country: 'DE',
        client: 'safari',
      });
    const who = caller(`phone-${n}`, wifi, { kind: n % 2 ? 'session' : 'jwt', jti: n % 2 ? null : `j${n}` });
    const handOvers = range(1, random.int(1, 3)).map(() => random.int(20, 280));
    let away = false;
    return stream(
      who,
      { from: START + (7 + n / 2) * HOUR, every: 2 * MINUTE, jitter: 1, seed: n },
      work({
        collection: orders,
        count: 300,
        pool: pool(seed + n),
        seed: n,
        explore: 0.2,
        outside: (r) => String(r.int(1, 50_000)),
      }),
    ).map((event, i) => {
      if (handOvers.includes(i)) away = !away;
      const there = random.next() < 0.01 ? !away : away;
      const where = there ? carrier() : wifi;
      return { ...event, client: { ...event.client, ...where } };
    });
  });

/** Both address families at random, with and without a known network. */
const dualStack: Traffic = (seed) =>
  [3320, 0].flatMap((asn, n) => {
    const random = seeded(seed + n);
    const four = place({ ip: `192.0.2.${60 + n}`, asn, country: asn ? 'DE' : 'ZZ', client: 'firefox' });
    const six = place({ ip: `2001:db8:${n}::1`, asn, country: asn ? 'DE' : 'ZZ', client: 'firefox' });
    const who = caller(`dual-${asn}`, four, { kind: 'session' });
    return stream(
      who,
      { from: START + 8 * HOUR, every: MINUTE, seed: n },
      work({ collection: customers, count: 400, pool: pool(seed + 50 + n), seed: n }),
    ).map((event, i) =>
      i > 60 && random.next() < 0.5 ? { ...event, client: { ...event.client, ...six } } : event,
    );
  });

const office: Traffic = (seed) =>
  range(1, 12).flatMap((n) => {
    const who = caller(
      `clerk-${n}`,
      place({ ip: '198.51.100.200', asn: 64510, country: 'DE', client: n % 3 ? 'chrome' : 'edge' }),
      { kind: 'session' },
    );
    return stream(
      who,
      { from: START + 8 * HOUR + n * 5 * MINUTE, every: 2 * MINUTE, jitter: 1, seed: n + seed },
      work({
        collection: customers,
        count: 200,
        pool: pool(seed + 100 + n),
        seed: n,
        explore: 0.25,
        outside: (r) => String(r.int(1, 50_000)),
        miss: 0.01,
      }),
    );
  });

/** One key on many short-lived build machines, several at a time. */
const buildMachines: Traffic = (seed) =>
  [8075, 0].flatMap((asn) => {
    const random = seeded(seed + asn);
    const who = caller(`ci-${asn}`, place({ ip: '192.0.2.1', asn }));
    return range(0, 47).flatMap((run) => {
      const where = place({
        ip: `100.${random.int(70, 120)}.${random.int(0, 250)}.4`,
        asn,
        country: 'US',
        client: 'node',
      });
      return stream(
        moved(who, where),
        { from: START + run * 30 * MINUTE + random.int(0, 20) * MINUTE, every: 20 * SECOND, seed: run },
        work({ collection: '/v1/artifacts', count: random.int(20, 80), pool: pool(seed + 300), seed: run }),
      );
    });
  });

const nightlySync: Traffic = (seed) => {
  const who = caller(
    'sync',
    place({ ip: '192.0.2.30', asn: 64520, country: 'DE', client: 'go-http-client' }),
  );
  return together(
    stream(
      who,
      { from: START + 2 * HOUR, every: 400 },
      read(
        customers,
        scattered(400, 50_000, seed + 3).sort((a, b) => a - b),
      ),
    ),
    stream(
      who,
      { from: START + 3 * HOUR, every: 900 },
      pages({ collection: orders, pages: range(1, 60), limit: 100, filter: 'updated_since=2026-03-01' }),
    ),
    stream(
      who,
      { from: START + 4 * HOUR, every: 900 },
      pages({ collection: '/v1/prices', pages: range(1, 12), limit: 100 }),
    ),
  );
};

const batch: Traffic = (seed) => {
  const who = caller('batch', place({ ip: '192.0.2.31', asn: 64520, country: 'DE', client: 'java' }));
  return stream(
    who,
    { from: START + 5 * HOUR, every: 700 },
    read('/v1/invoices', scattered(700, 90_000, seed + 4), { bytes: 60_000 }),
  );
};

const probes: Traffic = () => {
  const regions = range(0, 4).map((n) =>
    place({
      ip: `203.0.113.${n * 10}`,
      asn: 64530 + n,
      country: ['US', 'DE', 'SG', 'BR', 'AU'][n]!,
      client: 'bot:uptimerobot',
    }),
  );
  const who = caller('probe', regions[0]!);
  return range(0, 1439).map((minute) =>
    call(START + minute * MINUTE, moved(who, regions[minute % 5]!), {
      collection: '/v1/health-records',
      id: '1',
      status: minute % 60 === 0 ? 401 : 200,
    }),
  );
};

/** Opens a record, then its neighbours, and turns a few pages. */
const readers: Traffic = (seed) =>
  range(1, 6).flatMap((n) => {
    const random = seeded(seed + n);
    const who = caller(
      `reader-${n}`,
      place({ ip: `192.0.2.${80 + n}`, asn: 64540, country: 'DE', client: 'chrome' }),
      { kind: 'session' },
    );
    const calls: Call[] = [];
    for (let visit = 0; visit < 25; visit++) {
      calls.push(...pages({ collection: '/v1/tickets', pages: range(1, random.int(1, 5)), limit: 25 }));
      const first = random.int(1000, 60_000);
      calls.push(...read('/v1/tickets', range(first, first + random.int(0, 9))));
    }
    return stream(
      who,
      { from: START + 9 * HOUR + n * MINUTE, every: 40 * SECOND, jitter: 0.9, seed: n },
      calls,
    );
  });

/** Known only by network and client: search engines, others that follow old links, people. */
const visitors: Traffic = (seed) => {
  const random = seeded(seed);
  const weak = (name: string, where: Place): Caller =>
    caller(name, where, { kind: 'client', weak: true, secret: null });
  const crawler = weak(
    'crawler',
    place({ ip: '203.0.113.150', asn: 15169, country: 'US', client: 'bot:googlebot' }),
  );
  const follower = weak(
    'follower',
    place({ ip: '203.0.113.160', asn: 64550, country: 'FR', client: 'mozilla' }),
  );
  return together(
    stream(
      crawler,
      { from: START, every: 40 * SECOND, jitter: 1 },
      uuids(1500, seed).map((id) => ({
        collection: '/articles',
        id,
        status: random.next() < 0.15 ? 404 : 200,
      })),
    ),
    stream(
      crawler,
      { from: START + HOUR, every: MINUTE },
      pages({ collection: '/articles', pages: range(1, 120) }),
    ),
    stream(
      follower,
      { from: START, every: 3 * MINUTE, jitter: 1 },
      uuids(400, seed + 1).map((id) => ({
        collection: '/articles',
        id,
        status: random.next() < 0.4 ? 404 : 200,
      })),
    ),
    ...range(1, 10).map((n) =>
      stream(
        weak(
          `visitor-${n}`,
          place({ ip: `203.0.113.${170 + n}`, asn: 64560 + n, country: 'DE', client: 'chrome' }),
        ),
        { from: START + n * HOUR, every: 30 * SECOND, jitter: 1, seed: n },
        uuids(60, seed + 20 + n).map((id) => ({ collection: '/articles', id })),
      ),
    ),
  );
};

/** Photo albums: fifty consecutive objects a screen. */
const albums: Traffic = (seed) =>
  range(1, 5).flatMap((n) => {
    const random = seeded(seed + n);
    const who = caller(
      `album-${n}`,
      place({ ip: `192.0.2.${100 + n}`, asn: 64570, country: 'DE', client: 'safari' }),
      { kind: 'session' },
    );
    return range(1, 18).flatMap((screen) => {
      const first = random.int(1, 900_000);
      return stream(
        who,
        { from: START + (10 + n) * HOUR + screen * 90 * SECOND, every: 30, seed: screen },
        read('/v1/photos', range(first, first + 49), { bytes: 90_000 }),
      );
    });
  });

const retries: Traffic = () => {
  const who = caller('retrying', place({ ip: '192.0.2.40', asn: 64580, country: 'DE', client: 'axios' }));
  return together(
    stream(
      who,
      { from: START + 6 * HOUR, every: 5 * SECOND },
      work({ collection: orders, count: 200, pool: pool(9), seed: 9 }),
    ),
    stream(
      who,
      { from: START + 12 * HOUR, every: 100 },
      range(1, 1500).map(() => ({ collection: orders, id: '777', status: 404 })),
    ),
    stream(
      who,
      { from: START + 13 * HOUR, every: 100 },
      range(1, 1500).map((n) => ({ collection: orders, id: pool(9)[n % 40]!, status: 503 })),
    ),
  );
};

/** A release at noon: every app of the group comes with a new client. */
const release: Traffic = (seed) =>
  range(1, 8).flatMap((n) => {
    const before = place({ ip: `192.0.2.${120 + n}`, asn: 64590, country: 'DE', client: 'okhttp' });
    const who = caller(`app-${n}`, before, { client: 'app' });
    const after = moved(who, { ...before, ua_family: 'cronet' });
    return together(
      stream(
        who,
        { from: START + 6 * HOUR, every: MINUTE, seed: n },
        work({ collection: orders, count: 360, pool: pool(seed + 400 + n), seed: n }),
      ),
      stream(
        after,
        { from: START + 12 * HOUR + n * 2 * MINUTE, every: MINUTE, seed: n },
        work({ collection: orders, count: 360, pool: pool(seed + 400 + n), seed: n + 1 }),
      ),
    );
  });

const support: Traffic = (seed) =>
  range(1, 4).flatMap((n) => {
    const random = seeded(seed + n);
    const who = caller(
      `support-${n}`,
      place({ ip: '198.51.100.220', asn: 64510, country: 'DE', client: 'chrome' }),
      { kind: 'session' },
    );
    const calls = range(1, 160).flatMap(() => {
      const id = String(random.int(1, 50_000));
      return [
        ...read(
          customers,
          Array.from({ length: random.int(1, 4) }, () => id),
        ),
      ];
    });
    return stream(who, { from: START + 8 * HOUR, every: 75 * SECOND, jitter: 0.9, seed: n }, calls);
  });

const activeActive: Traffic = (seed) =>
  [2, 3].flatMap((sites) => {
    const random = seeded(seed + sites);
    const places = range(1, sites).map((n) =>
      place({ ip: `192.0.2.${140 + n}`, asn: 64600 + n, country: n % 2 ? 'DE' : 'IE', client: 'java' }),
    );
    const who = caller(`active-${sites}`, places[0]!);
    return stream(
      who,
      { from: START, every: 45 * SECOND, seed: sites },
      work({ collection: orders, count: 1900, pool: pool(seed + 500), seed: sites }),
    ).map((event) => ({ ...event, client: { ...event.client, ...places[random.int(0, sites - 1)]! } }));
  });

/** Orders appear, their customers look at them, and a consumer reads each one once. */
const orderFlow: Traffic = (seed) => {
  const random = seeded(seed);
  const consumer = caller(
    'fulfilment',
    place({ ip: '192.0.2.50', asn: 64520, country: 'DE', client: 'java' }),
  );
  const events: ApiEvent[] = [];
  let at = START;
  for (let order = 700_000; at < START + 24 * HOUR; order++) {
    at += -Math.log(1 - random.next()) * 3 * MINUTE;
    const buyer = caller(
      `buyer-${random.int(1, 25)}`,
      place({ ip: `192.0.3.${random.int(1, 25)}`, asn: 64521, country: 'DE', client: 'chrome' }),
      { kind: 'session' },
    );
    events.push(call(at, buyer, { collection: '/v1/purchases', id: String(order) }));
    events.push(
      call(at + random.int(2, 60) * SECOND, consumer, { collection: '/v1/purchases', id: String(order) }),
    );
  }
  return events;
};

/** A feed polled for news: a new cursor each time, mostly nothing in the answer. */
const poller: Traffic = (seed) => {
  const random = seeded(seed);
  const who = caller('poller', place({ ip: '192.0.2.55', asn: 64522, country: 'DE', client: 'node' }));
  return stream(
    who,
    { from: START, every: MINUTE, jitter: 0.1 },
    [...pages({ collection: '/v1/feed', pages: scattered(1400, 4e9, seed), kind: 'cursor' })].map((c) => ({
      ...c,
      bytes: random.next() < 0.05 ? 20_000 : 180,
    })),
  );
};

/** Turns a tunnel to another country on and off during the day, with the same browser. */
const tunnel: Traffic = (seed) => {
  const home = place({ ip: '192.0.2.70', asn: 3320, country: 'DE', client: 'firefox' });
  const away = place({ ip: '203.0.113.240', asn: 9009, country: 'SE', client: 'firefox' });
  const who = caller('tunnel', home, { kind: 'session' });
  return stream(
    who,
    { from: START + 9 * HOUR, every: MINUTE, jitter: 1 },
    work({ collection: customers, count: 420, pool: pool(seed + 700), seed }),
  ).map((event, i) => ({ ...event, client: { ...event.client, ...(Math.floor(i / 90) % 2 ? away : home) } }));
};

const KINDS: Readonly<Record<string, Traffic>> = {
  phones,
  dualStack,
  office,
  buildMachines,
  nightlySync,
  batch,
  probes,
  readers,
  visitors,
  albums,
  retries,
  release,
  support,
  activeActive,
  orderFlow,
  poller,
  tunnel,
};

export function mixedDay(seed: number): ApiEvent[] {
  return together(...Object.values(KINDS).map((traffic) => traffic(seed)));
}

// Harmless work that looks like taking everything: H05, H09, H10, H12, H13, H15, H18, H19, H21.

import { mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { HardNegative, World } from '../contract.ts';
import { seeded } from '../random.ts';
import { BUSINESS } from '../world/business.ts';
import { placeOf } from '../world/places.ts';
import { byRole, crowd, span } from './places.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

type Caller = { credential: ApiEvent['credential']; place: ApiEvent['client'] };

/** Reads these objects one after another at a pace. */
function* reads(
  world: World,
  o: {
    by: Caller;
    from: number;
    every: number;
    collection: string;
    indexes: Iterable<number>;
    status?: number;
  },
): Generator<ApiEvent> {
  let at = o.from;
  for (const index of o.indexes) {
    yield world.read({
      at,
      ...o.by,
      collection: o.collection,
      index,
      ...(o.status === undefined ? {} : { status: o.status }),
    });
    at += o.every;
  }
}

function* range(from: number, count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield from + i;
}

const fresh = (
  world: World,
  name: string,
  kind: 'consumer' | 'api-key' = 'consumer',
): ApiEvent['credential'] => ({
  lineage: `${kind}:${world.tenant}-${name}`,
  fingerprint: null,
  kind,
  weak: false,
  subject: null,
  client: 'partner',
  display: name,
  scopes: [],
  issued_at: null,
  expires_at: null,
  jti: null,
  cnf: null,
  certificate: null,
});

/** The same list every night, a little longer each time, and all of it once a month. */
function* sync(world: World, by: Caller, from: number, to: number): Generator<ApiEvent> {
  const { main } = BUSINESS[world.archetype];
  for (let day = from; day < to; day += DAY) {
    const age = Math.round((day - world.start) / DAY);
    const whole = age % 30 === 3;
    yield* reads(world, {
      by,
      from: day + 2 * HOUR,
      every: 700,
      collection: main,
      indexes: range(40_000, (whole ? 12_000 : 3000) + age * 12),
    });
  }
}

const stranger = (place: ApiEvent['client']): ApiEvent['credential'] => ({
  ...fresh({ tenant: '' } as World, ''),
  lineage: `client:${place.prefix}:${place.ua_family}`,
  kind: 'client',
  weak: true,
  client: null,
  display: place.ua_family,
});

export const WORK: readonly HardNegative[] = [
  {
    id: 'H05',
    title: 'Nightly synchronisation of 3,000 objects, all 12,000 once a month',
    archetype: 'commerce',
    fleet: 0,
    plan(world, { seed }) {
      const by = {
        credential: fresh(world, `sync${seed}`, 'api-key'),
        place: placeOf({ kind: 'hosting', network: 5, host: seed, client: 'java' }),
      };
      const days = (n: number): number => world.start + n * DAY;
      return {
        warmUp: sync(world, by, days(0), days(28)),
        events: sync(world, by, days(28), days(36)),
        start: days(28),
        end: days(36),
      };
    },
  },
  {
    id: 'H09',
    title: 'Black Friday: eight times the visitors, and they look at everything',
    archetype: 'commerce',
    fleet: 1,
    plan(world, { seed }) {
      const time = span(world, 1);
      const rush = function* (): Generator<ApiEvent> {
        const random = seeded(seed + 5);
        const size = world.collections.products!.size;
        const events: ApiEvent[] = [];
        for (let n = 0; n < 900; n++) {
          const place = placeOf({
            kind: 'residential',
            network: n,
            host: mix32(n + seed) % 60_000,
            client: 'chrome',
          });
          let at = time.start + random.next() * DAY;
          for (let i = 0; i < 12; i++) {
            at += random.wait(15_000);
            // Half of it is what everybody wants, half is the long tail.
            const index = random.next() < 0.5 ? random.zipf(size) : random.int(0, size - 1);
            events.push(
              world.read({ at, credential: stranger(place), place, collection: 'products', index }),
            );
          }
        }
        yield* events.sort((a, b) => a.at - b.at);
      };
      return { events: rush(), ...time };
    },
  },
  {
    id: 'H10',
    title: 'A portfolio is handed over: 150 to 2,000 new customers to one partner in a day',
    archetype: 'commerce',
    fleet: 0,
    plan(world, { seed }) {
      const heirs = byRole(world, 'partner').filter(({ callsPerDay }) => callsPerDay > 60);
      const heir = heirs[seed % heirs.length]!;
      const { main } = BUSINESS[world.archetype];
      const count = [150, 400, 800, 2000][seed % 4]!;
      const time = span(world, 4);
      const random = seeded(seed + 9);
      const book = Array.from({ length: count }, () => random.int(0, world.collections[main]!.size - 1));
      const work = function* (): Generator<ApiEvent> {
        for (let day = 0; day < 3; day++) {
          // Everybody is looked at on the first day, and those who matter again and again.
          const list =
            day === 0 ? book.flatMap((index) => [index, index]) : book.filter((index) => index % 3 === 0);
          yield* reads(world, {
            by: { credential: heir.credential, place: heir.places[0]! },
            from: time.start + day * DAY + 8 * HOUR,
            every: (9 * HOUR) / list.length,
            collection: main,
            indexes: list,
          });
        }
      };
      return { events: work(), ...time };
    },
  },
  {
    id: 'H12',
    title: 'A real partner imports its 20,000 customers, as declared',
    archetype: 'commerce',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 2);
      const credential = fresh(world, `import${seed}`);
      const by = { credential, place: placeOf({ kind: 'hosting', network: 21, host: seed, client: 'java' }) };
      const { main } = BUSINESS[world.archetype];
      return {
        events: reads(world, {
          by,
          from: time.start,
          every: 1500,
          collection: main,
          indexes: range(700_000, 20_000),
        }),
        facts: [
          {
            type: 'job',
            tenant: world.tenant,
            kind: 'import',
            match: { lineage: credential.lineage },
            from: time.start,
            until: time.end,
            records: 25_000,
          },
        ],
        ...time,
      };
    },
  },
  {
    id: 'H13',
    title: 'A search engine reads every public page',
    archetype: 'social',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 3);
      const place = placeOf({ kind: 'hosting', network: 2, host: 9, client: 'bot:searchbot' });
      const by = { credential: stranger(place), place };
      const crawl = function* (from: number, to: number): Generator<ApiEvent> {
        const random = seeded(seed);
        for (let at = from; at < to; at += random.wait(12_000))
          yield world.read({
            at,
            ...by,
            collection: 'posts',
            index: random.int(0, world.collections.posts!.size - 1),
            status: random.next() < 0.06 ? 404 : 200,
          });
      };
      return {
        warmUp: crawl(world.testStart - 10 * DAY, world.testStart),
        events: crawl(time.start, time.end),
        ...time,
      };
    },
  },
  {
    id: 'H15',
    title: 'A job that runs once a quarter wakes',
    archetype: 'telecom',
    fleet: 0,
    plan(world, { seed }) {
      const by = {
        credential: fresh(world, `quarter${seed}`, 'api-key'),
        place: placeOf({ kind: 'hosting', network: 8, host: seed, client: 'java' }),
      };
      const { main } = BUSINESS[world.archetype];
      const run = (from: number) =>
        reads(world, { by, from, every: 900, collection: main, indexes: range(5000 + seed, 280) });
      const start = world.testStart + 6 * DAY;
      return { warmUp: run(start - 33 * DAY), events: run(start), start, end: start + DAY };
    },
  },
  {
    id: 'H18',
    title: 'The company tests itself, as declared',
    archetype: 'platform',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 1);
      const credential = fresh(world, `pentest${seed}`, 'api-key');
      const place = placeOf({ kind: 'vpn', network: 3, host: seed, client: 'go-http-client' });
      const scan = function* (): Generator<ApiEvent> {
        for (let n = 0; n < 3000; n++) {
          const path = `/v1/${['admin', 'debug', 'internal', 'users', 'exports', 'files'][n % 6]}/${mix32(n).toString(36)}`;
          yield world.event({
            at: time.start + n * 400,
            credential,
            place,
            route: n % 6 === 0 ? '/v1/admin/{id}' : path,
            path,
            status: [404, 403, 404, 405, 401, 200][n % 6]!,
            bytes: 120,
          });
        }
      };
      return {
        events: scan(),
        facts: [
          {
            type: 'job',
            tenant: world.tenant,
            kind: 'test',
            match: { lineage: credential.lineage },
            from: time.start,
            until: time.end,
            records: 10_000,
          },
        ],
        ...time,
      };
    },
  },
  {
    id: 'H19',
    title: 'A declared assistant works in bursts',
    archetype: 'platform',
    fleet: 0,
    plan(world, { seed }) {
      const [agent] = byRole(world, 'agent');
      const time = span(world, 3);
      const work = function* (from: number, to: number): Generator<ApiEvent> {
        const random = seeded(seed + 21);
        const book = agent!.books.records!;
        for (let at = from + 9 * HOUR; at < to; at += random.wait(3 * HOUR))
          for (let i = 0; i < 40; i++) {
            const base = { at: at + i * 250, credential: agent!.credential, place: agent!.places[0]! };
            const route = `/v1/${['objects', 'search', 'limits', 'members', 'reports', 'files', 'keys'][i % 7]}`;
            yield i % 3 === 0
              ? world.read({ ...base, collection: 'records', index: book[(i * 7) % book.length]! })
              : world.event({
                  ...base,
                  route,
                  path: route,
                  status: i % 9 === 1 ? 400 : 200,
                  query: i % 9 === 1 ? 'filter=1' : 'where=1',
                });
          }
      };
      return {
        warmUp: work(world.testStart - 14 * DAY, world.testStart),
        events: work(time.start, time.end),
        ...time,
      };
    },
  },
  {
    id: 'H21',
    title: 'New users let the app look their contacts up, 200 to 500 each',
    archetype: 'social',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 4);
      const phones = world.collections.phones!;
      const syncs = function* (): Generator<ApiEvent> {
        const events = [
          ...crowd(world, {
            ...time,
            seed,
            people: 40,
            perPerson: 4,
            place: (n) => placeOf({ kind: 'mobile', network: n, host: mix32(n) % 60_000, client: 'okhttp' }),
          }),
        ];
        const random = seeded(seed + 31);
        const met = new Set<string>();
        for (const { at, credential, client: place } of [...events]) {
          if (met.has(credential.lineage)) continue;
          met.add(credential.lineage);
          const count = random.int(200, 500);
          for (let i = 0; i < count; i++) {
            const hit = random.next() < 0.45;
            events.push(
              world.event({
                at: at + i * 120,
                credential,
                place,
                route: phones.path,
                path: phones.path,
                query: `phone=${phones.id(random.zipf(phones.size))}`,
                status: hit ? 200 : 404,
                bytes: hit ? 300 : 60,
              }),
            );
          }
        }
        yield* events.sort((a, b) => a.at - b.at);
      };
      return { events: syncs(), ...time };
    },
  },
];

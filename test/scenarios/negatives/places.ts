// Harmless changes of place: H01 to H04, H06, H07, H14, H22. People roam, relays flip, runners come and go, regions fail over.

import { mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Actor, HardNegative, Role, World } from '../contract.ts';
import { seeded } from '../random.ts';
import { BUSINESS } from '../world/business.ts';
import { placeOf } from '../world/places.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

export const span = (world: World, days = 5): { start: number; end: number } => ({
  start: world.testStart + DAY,
  end: world.testStart + (1 + days) * DAY,
});

export const byRole = (world: World, ...roles: Role[]): Actor[] =>
  world.actors.filter(({ role }) => roles.includes(role));
export const lineages = (actors: readonly Actor[]): Set<string> =>
  new Set(actors.map(({ credential }) => credential.lineage));

/** Changes the events of these callers while it lasts. */
function altering(
  o: { start: number; end: number; who: ReadonlySet<string> },
  change: (event: ApiEvent) => ApiEvent | null,
): (event: ApiEvent) => ApiEvent | null {
  return (event) =>
    event.at < o.start || event.at >= o.end || !o.who.has(event.credential.lineage) ? event : change(event);
}
const moved = (event: ApiEvent, client: ApiEvent['client']): ApiEvent => ({ ...event, client });

export const PLACES: readonly HardNegative[] = [
  {
    id: 'H01',
    title: 'People roam: carriers hand out another prefix every few minutes, and another carrier abroad',
    archetype: 'social',
    fleet: 0,
    plan(world, { seed }) {
      const people = byRole(world, 'mobile').slice(0, 40);
      const time = span(world);
      const alter = altering({ ...time, who: lineages(people) }, (event) => {
        const own = mix32(
          seed +
            event.credential.lineage.length * 31 +
            event.credential.lineage.charCodeAt(event.credential.lineage.length - 1),
        );
        const abroad = Math.floor(event.at / DAY) % 3 === own % 3;
        return moved(
          event,
          placeOf({
            kind: 'mobile',
            network: abroad ? own + 1 : own,
            host: mix32(Math.floor(event.at / (5 * MINUTE)) + own) % 60_000,
            client: event.client.ua_family,
            ...(abroad ? { country: 'FR' } : {}),
          }),
        );
      });
      return { events: [], alter, ...time };
    },
  },
  {
    id: 'H02',
    title: '3,000 people of one company behind one address',
    archetype: 'social',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 2);
      const office = placeOf({ kind: 'office', network: 7, host: seed, client: 'chrome' });
      return {
        events: crowd(world, { ...time, seed, people: 600, perPerson: 8, place: () => office }),
        ...time,
      };
    },
  },
  {
    id: 'H03',
    title: 'A relay changes the way out every ten minutes',
    archetype: 'commerce',
    fleet: 0,
    plan(world) {
      const who = lineages(byRole(world, 'mobile').slice(0, 25));
      const time = span(world);
      const alter = altering({ ...time, who }, (event) =>
        moved(
          event,
          placeOf({
            kind: 'vpn',
            network: Math.floor(event.at / (10 * MINUTE)) % 5,
            host: mix32(Math.floor(event.at / (10 * MINUTE))) % 2000,
            client: event.client.ua_family,
          }),
        ),
      );
      return { events: [], alter, ...time };
    },
  },
  {
    id: 'H04',
    title: 'Build runners: 500 machines a day, each for minutes, with one key',
    archetype: 'platform',
    fleet: 0,
    plan(world, { seed }) {
      const [runner] = byRole(world, 'ci');
      const time = span(world, 4);
      const network = runner!.places[0]!.asn - 4_200_100_000;
      const make = function* (from: number, to: number): Generator<ApiEvent> {
        const random = seeded(seed + 3);
        for (let at = from; at < to; at += random.wait(DAY / 1500)) {
          const place = placeOf({
            kind: 'hosting',
            network,
            host: mix32(Math.floor(at / (3 * MINUTE)) + seed) % 60_000,
            client: 'curl',
          });
          yield world.read({
            at,
            credential: runner!.credential,
            place,
            collection: 'records',
            index: runner!.books.records![mix32(Math.floor(at)) % runner!.books.records!.length]!,
          });
        }
      };
      return {
        warmUp: make(world.testStart - 14 * DAY, world.testStart),
        events: make(time.start, time.end),
        ...time,
      };
    },
  },
  {
    id: 'H06',
    title: 'A release: within an hour everybody has a new program and calls new endpoints',
    archetype: 'commerce',
    fleet: 1,
    plan(world, { seed }) {
      const time = span(world, 4);
      const who = lineages(byRole(world, 'mobile', 'app', 'partner', 'service'));
      const alter = altering({ ...time, who }, (event) => {
        const joins =
          time.start +
          (mix32(seed + event.credential.lineage.length + event.credential.display.length * 7) % 3600) * 1000;
        if (event.at < joins) return event;
        const client = {
          ...event.client,
          user_agent: 'shop-sdk/3.0.0',
          ua_family: 'shop-sdk',
          tls: 't13d9999h2',
        };
        if (mix32(event.at) % 10 >= 3 || event.objects.length === 0) return { ...event, client };
        return {
          ...event,
          client,
          route: event.route.replace('/v1/', '/v2/'),
          path: event.path.replace('/v1/', '/v2/'),
        };
      });
      return {
        events: [],
        alter,
        facts: [{ type: 'deploy', tenant: world.tenant, at: time.start, name: 'sdk 3' }],
        ...time,
      };
    },
  },
  {
    id: 'H07',
    title: 'Every key of the tenant is rotated, old and new overlapping for a day',
    archetype: 'commerce',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 5);
      const who = lineages(byRole(world, 'app', 'batch', 'ci', 'service'));
      const alter = altering({ ...time, who }, (event) => {
        const progress = (event.at - time.start) / DAY;
        if (progress < 1 && (mix32(event.at + seed) % 1000) / 1000 > progress) return event;
        const { credential } = event;
        return {
          ...event,
          credential: {
            ...credential,
            lineage: `${credential.lineage}-next`,
            display: `${credential.display}-next`,
            fingerprint: `${credential.fingerprint?.slice(1)}0`,
          },
        };
      });
      return { events: [], alter, ...time };
    },
  },
  {
    id: 'H14',
    title: 'A region fails over: every server calls from another network',
    archetype: 'commerce',
    fleet: 1,
    plan(world) {
      const time = { ...span(world, 1), end: world.testStart + DAY + 8 * HOUR };
      const who = lineages(byRole(world, 'partner', 'app', 'batch', 'ci', 'service', 'agent'));
      const alter = altering({ ...time, who }, (event) =>
        moved(
          event,
          placeOf({
            kind: 'hosting',
            network: 39,
            host:
              mix32(
                event.credential.display.length * 131 +
                  event.credential.display.charCodeAt(event.credential.display.length - 1),
              ) % 60_000,
            client: event.client.ua_family,
          }),
        ),
      );
      return { events: [], alter, ...time };
    },
  },
  {
    id: 'H22',
    title: 'One key works on three sites at once, as it always did',
    archetype: 'commerce',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world);
      const [app] = byRole(world, 'app');
      const sites = [3, 11, 17].map((network) =>
        placeOf({ kind: 'hosting', network, host: seed, client: app!.places[0]!.ua_family }),
      );
      const spread = (event: ApiEvent): ApiEvent => moved(event, sites[mix32(event.at) % sites.length]!);
      const own = function* (from: number, to: number): Generator<ApiEvent> {
        for (const event of world.traffic(from, to, new Set([app!.credential.lineage]))) yield spread(event);
      };
      return {
        warmUp: own(world.testStart - 14 * DAY, world.testStart),
        events: [],
        alter: (event) => (event.credential.lineage === app!.credential.lineage ? spread(event) : event),
        ...time,
      };
    },
  },
];

/** People nobody saw before, each with a handful of ordinary calls. */
export function* crowd(
  world: World,
  o: {
    start: number;
    end: number;
    seed: number;
    people: number;
    perPerson: number;
    place: (n: number) => ApiEvent['client'];
  },
): Generator<ApiEvent> {
  const random = seeded(mix32(o.seed + 77));
  const { public: common, main } = BUSINESS[world.archetype];
  const events: ApiEvent[] = [];
  for (let n = 0; n < o.people; n++) {
    const name = `guest${o.seed}-${n}`;
    const credential: ApiEvent['credential'] = {
      lineage: `client:mobile-app/sub:${world.tenant}-${name}`,
      fingerprint: null,
      kind: 'jwt',
      weak: false,
      subject: name,
      client: 'mobile-app',
      display: name,
      scopes: ['profile'],
      issued_at: null,
      expires_at: null,
      jti: name,
      cnf: null,
      certificate: null,
    };
    const own = random.int(0, world.collections[main]!.size - 1);
    let at =
      o.start + Math.floor((random.next() * (o.end - o.start)) / DAY) * DAY + (8 + 9 * random.next()) * HOUR;
    for (let i = 0; i < o.perPerson; i++) {
      at += random.wait(20_000);
      const base = { at, credential, place: o.place(n) };
      events.push(
        random.next() < 0.4
          ? world.read({ ...base, collection: main, index: own, status: random.next() < 0.03 ? 401 : 200 })
          : world.read({
              ...base,
              collection: common,
              index: random.zipf(world.collections[common]!.size),
              status: random.next() < 0.02 ? 404 : 200,
            }),
      );
    }
  }
  yield* events.sort((a, b) => a.at - b.at);
}

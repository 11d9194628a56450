// Harmless faults and settings: H08, H11, H16, H17, H20. Probes knock, clocks change, clients loop, the identity provider is down.

import { mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { HardNegative } from '../contract.ts';
import { seeded } from '../random.ts';
import { BUSINESS } from '../world/business.ts';
import { placeOf } from '../world/places.ts';
import { byRole, lineages, span } from './places.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;

export const FAULTS: readonly HardNegative[] = [
  {
    id: 'H08',
    title: 'Monitoring knocks every minute from three places, also where it must be refused',
    archetype: 'telecom',
    fleet: 0,
    plan(world, { seed }) {
      const time = span(world, 4);
      const [probe] = byRole(world, 'probe');
      const { main, listing } = BUSINESS[world.archetype];
      const places = [1, 2, 3].map((network) =>
        placeOf({ kind: 'hosting', network, host: seed, client: 'curl' }),
      );
      const knock = function* (from: number, to: number): Generator<ApiEvent> {
        for (let n = 0, at = from; at < to; at += MINUTE, n++) {
          const base = { at, credential: probe!.credential, place: places[n % 3]! };
          if (n % 4 === 1)
            yield world.event({ ...base, route: listing, path: listing, status: 401, bytes: 90 });
          else if (n % 4 === 2) yield world.event({ ...base, route: '/health', path: '/health', bytes: 20 });
          else yield world.read({ ...base, collection: main, index: probe!.books[main]![0]! });
        }
      };
      return {
        warmUp: knock(world.testStart - 10 * DAY, world.testStart),
        events: knock(time.start, time.end),
        ...time,
      };
    },
  },
  {
    id: 'H11',
    title: 'The clocks change, and the day after is a holiday',
    archetype: 'commerce',
    fleet: 0,
    plan(world) {
      const time = span(world, 5);
      const offices = lineages(byRole(world, 'partner', 'support', 'ci'));
      const alter = (event: ApiEvent): ApiEvent | null => {
        if (event.at < time.start || event.at >= time.end) return event;
        const holiday = event.at >= time.start + DAY && event.at < time.start + 2 * DAY;
        if (holiday && offices.has(event.credential.lineage))
          return mix32(event.at) % 20 === 0 ? event : null;
        return { ...event, at: event.at - HOUR };
      };
      return { events: [], alter, ...time };
    },
  },
  {
    id: 'H16',
    title: 'A client bug: everybody asks for the same missing objects, again and again',
    archetype: 'telecom',
    fleet: 0,
    plan(world, { seed }) {
      const time = { ...span(world, 1), end: world.testStart + DAY + 6 * HOUR };
      const people = byRole(world, 'mobile', 'app').slice(0, 60);
      const { main } = BUSINESS[world.archetype];
      const storm = function* (): Generator<ApiEvent> {
        const random = seeded(seed + 41);
        for (let at = time.start; at < time.end; at += random.wait(2500)) {
          const { credential, places } = random.pick(people);
          yield world.read({
            at,
            credential,
            place: places[0]!,
            collection: main,
            index: 3_999_000 + random.int(0, 30),
            status: 404,
          });
        }
      };
      return { events: storm(), ...time };
    },
  },
  {
    id: 'H17',
    title: 'The identity provider is down: everybody gets 401 for forty minutes, and tries again',
    archetype: 'identity',
    fleet: 1,
    plan(world) {
      const start = world.testStart + DAY + 10 * HOUR;
      const end = start + 40 * MINUTE;
      const known = new Set(
        world.actors.filter(({ role }) => role !== 'visitor').map(({ credential }) => credential.lineage),
      );
      const alter = (event: ApiEvent): ApiEvent =>
        event.at < start || event.at >= end || !known.has(event.credential.lineage)
          ? event
          : { ...event, status: 401, bytes_out: 90, items: null };
      const again = function* (): Generator<ApiEvent> {
        const events: ApiEvent[] = [];
        for (const event of world.traffic(start, end))
          if (known.has(event.credential.lineage))
            for (let i = 1; i <= 4; i++)
              events.push({
                ...alter(event),
                id: mix32(i).toString(16).padStart(8, '0') + event.id.slice(8),
                at: event.at + i * 3000,
              });
        yield* events.sort((a, b) => a.at - b.at);
      };
      return { events: again(), alter, start, end };
    },
  },
  {
    id: 'H20',
    title: 'Answers are no longer compressed, and have more fields',
    archetype: 'commerce',
    fleet: 0,
    plan(world) {
      const time = span(world, 5);
      const alter = (event: ApiEvent): ApiEvent =>
        event.at < time.start || event.status >= 300 ? event : { ...event, bytes_out: event.bytes_out * 5 };
      return {
        events: [],
        alter,
        facts: [
          { type: 'deploy', tenant: world.tenant, at: time.start, name: 'gateway without compression' },
        ],
        ...time,
      };
    },
  },
];

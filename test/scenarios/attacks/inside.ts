// Attacks by those who are allowed in: B19, B20, B21, B22, B24.

import { mix32 } from '../../../detectors/hash.ts';
import type { Actor, Attack, AttackCall, PlannedAttack, Role, World } from '../contract.ts';
import { seeded } from '../random.ts';
import { BUSINESS } from '../world/business.ts';
import { type Attacker, campaign, lineagesOf, newcomers, popular, startOf, take } from './campaign.ts';

const ALL = ['reported', 'slow', 'sharded', 'mimic'] as const;
const DAY = 86_400_000;
const HOUR = 3_600_000;
type Options = Parameters<Attack['plan']>[1];

/** Actors of a role as they are, from where they always call. */
function insiders(world: World, o: Options & { role: Role; count: number }): Actor[] {
  const able = world.actors.filter(
    ({ role, since, callsPerDay }) => role === o.role && since < world.start && callsPerDay > 5,
  );
  const count = Math.min(able.length, o.variant === 'sharded' ? 100 : o.count);
  return Array.from({ length: count }, (_, i) => able[(o.seed + i) % able.length]!);
}

const asAttacker = ({ credential, places }: Actor): Attacker => ({ credential, place: places[0]! });

function functionProbing(world: World, o: Options): PlannedAttack {
  const attackers = insiders(world, { ...o, role: 'mobile', count: 1 }).map(asAttacker);
  const { admin } = BUSINESS.platform;
  const steps = new Map<string, number>();
  /** A return to a page asks for that page. */
  const stepOfCall = new Map<number, number>();
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers,
    perMinute: 12,
    calls: 4000,
    ordinary: popular(world, 'repositories'),
    make({ at, by, n }) {
      const step = stepOfCall.get(n) ?? steps.get(by.credential.lineage) ?? 0;
      if (!stepOfCall.has(n)) steps.set(by.credential.lineage, step + 1);
      stepOfCall.set(n, step);
      const base = admin[step % admin.length]!;
      const denied = step < 40;
      const path = `${base}${['', '/list', '/export', '/search'][Math.floor(step / admin.length) % 4]}`;
      const event = world.event({
        at,
        credential: by.credential,
        place: by.place,
        route: denied ? path : '/v1/admin/users',
        path: denied ? path : '/v1/admin/users',
        status: denied ? 403 : 200,
        bytes: denied ? 90 : 9000,
        items: denied ? null : 20,
        ...(denied ? {} : { query: `page=${step - 39}&limit=20` }),
      });
      return { event, records: denied ? [] : Array.from({ length: 20 }, (_, i) => `users/${n * 20 + i}`) };
    },
  });
  return { calls, lineages: lineagesOf(attackers), start: startOf(world, o.variant, o.seed), loot: 50_000 };
}

/** Bursts of several operations a second over many routes, with mistakes repaired at once, for six hours. */
function agenticIntruder(world: World, o: Options): PlannedAttack {
  const attackers = newcomers(world, { ...o, count: 1, kind: 'jwt' });
  const routes = [
    '/v1/objects',
    '/v1/objects/describe',
    '/v1/query/count',
    '/v1/limits',
    '/v1/records',
    '/v1/cases',
    '/v1/repositories',
    '/v1/builds',
    '/v1/me',
    '/v1/search',
    '/v1/keys',
    '/v1/members',
    '/v1/reports',
    '/v1/files',
  ];
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers,
    perMinute: 150,
    make({ at, by, n }) {
      const phase = n % 6;
      const route = routes[mix32(n >> 2) % routes.length]!;
      const who = { at, credential: by.credential, place: by.place };
      // A wrong query, the same with another shape, then what it was for.
      if (phase === 0)
        return {
          event: world.event({ ...who, route, path: route, query: `filter=${n}`, status: 400, bytes: 120 }),
          records: [],
        };
      if (phase === 1)
        return {
          event: world.event({
            ...who,
            route,
            path: route,
            query: `where=${n}&fields=id`,
            items: 5,
            bytes: 2500,
          }),
          records: [0, 1, 2, 3, 4].map((i) => `${route}/${n * 5 + i}`),
        };
      if (phase === 2)
        return {
          event: world.event({ ...who, route: `${route}/describe`, path: `${route}/describe`, bytes: 1500 }),
          records: [],
        };
      return take(world, { at, by, collection: 'records', index: (o.seed * 31 + n * 101) % 6_000_000 });
    },
  });
  return { calls, lineages: lineagesOf(attackers), start: startOf(world, o.variant, o.seed), loot: 100_000 };
}

/** More new customers every week, then the harvest. Four of the twenty weeks lie in the warm-up. */
function boilingFrog(world: World, o: Options): PlannedAttack {
  const [actor] = insiders(world, { ...o, role: 'partner', count: 1 });
  const actors = o.variant === 'sharded' ? insiders(world, { ...o, role: 'partner', count: 20 }) : [actor!];
  const start = Math.floor(startOf(world, 'reported', o.seed) / DAY) * DAY;
  const { main } = BUSINESS[world.archetype];
  const { size } = world.collections[main]!;
  const factor = o.variant === 'slow' ? 0.1 : 1;
  function* days(from: number, to: number, perDay: (day: number) => number): Generator<AttackCall> {
    let n = Math.floor(from / DAY) * 100_000;
    for (let day = from; day < to; day += DAY) {
      const count = Math.round(
        (perDay((day - from) / DAY) * factor) / (o.variant === 'sharded' ? actors.length : 1),
      );
      const random = seeded(mix32(o.seed + day / DAY));
      const times = Array.from(
        { length: count * actors.length },
        () => day + 8 * HOUR + random.next() * 10 * HOUR,
      ).sort((a, b) => a - b);
      for (const at of times) {
        const by = asAttacker(actors[n % actors.length]!);
        yield take(world, { at, by, collection: main, index: (mix32(o.seed) + n * 1_000_003) % size });
        n++;
      }
    }
  }
  function* warmUp() {
    for (const { event } of days(
      world.start,
      Math.floor(world.testStart / DAY) * DAY,
      (day) => 40 * 1.05 ** (day / 7),
    ))
      yield event;
  }
  return {
    warmUp: warmUp(),
    // The sixteen weeks between are skipped; the level is where they would have led, then 30 per cent a day.
    calls: days(start, world.end, (day) => 60 * 1.3 ** day),
    lineages: new Set(actors.map(({ credential }) => credential.lineage)),
    start,
    loot: 20_000,
  };
}

/** A member of the support desk copies sixty customers a day who never called. */
function insiderCopies(world: World, o: Options): PlannedAttack {
  const attackers = insiders(world, { ...o, role: 'support', count: 1 }).map(asAttacker);
  const { main } = BUSINESS[world.archetype];
  const { size } = world.collections[main]!;
  const start = Math.floor(startOf(world, 'reported', o.seed) / DAY) * DAY;
  const perDay = o.variant === 'slow' ? 6 : 60;
  function* calls(): Generator<AttackCall> {
    let n = 0;
    for (let day = start; day < world.end; day += DAY) {
      const random = seeded(mix32(o.seed + day / DAY));
      const times = Array.from({ length: perDay }, () => day + 8 * HOUR + random.next() * 9 * HOUR).sort(
        (a, b) => a - b,
      );
      for (const at of times) {
        const by = attackers[n % attackers.length]!;
        yield take(world, { at, by, collection: main, index: (mix32(o.seed) + n * 1_000_003) % size });
        n++;
      }
    }
  }
  return { calls: calls(), lineages: lineagesOf(attackers), start, loot: 1800 };
}

/** The usual listing with every field and every relation: twelve times the bytes. */
function excessFields(world: World, o: Options): PlannedAttack {
  const attackers = insiders(world, { ...o, role: 'partner', count: 1 }).map(asAttacker);
  const { listing } = BUSINESS[world.archetype];
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers,
    perMinute: 6,
    calls: 5000,
    ordinary: popular(world, BUSINESS[world.archetype].public),
    make({ at, by, n }) {
      const event = world.event({
        at,
        credential: by.credential,
        place: by.place,
        route: listing,
        path: listing,
        query: `customer=${100_000 + Math.floor(n / 8)}&page=${1 + (n % 8)}&limit=25&fields=*&expand=customer,payments,addresses`,
        items: 25,
        bytes: 12 * (300 + 420 * 25),
      });
      return { event, records: Array.from({ length: 25 }, (_, i) => `full/${n * 25 + i}`) };
    },
  });
  return { calls, lineages: lineagesOf(attackers), start: startOf(world, o.variant, o.seed), loot: 125_000 };
}

export const INSIDE: readonly Attack[] = [
  {
    id: 'B19',
    title: 'Administration tried door by door',
    incident: 'Synthetic: an ordinary token meets forty 403 over administrative functions, then one opens.',
    archetype: 'platform',
    expected: ['D23', 'D22', 'D13'],
    variants: ALL,
    plan: functionProbing,
  },
  {
    id: 'B20',
    title: 'An agent at work for an intruder',
    incident:
      'In the shape of GTG-1002 (2025): several operations a second in bursts, a dozen routes and more, mistakes repaired at once, six hours.',
    archetype: 'platform',
    expected: ['D29', 'D13', 'D08'],
    variants: ALL,
    plan: agenticIntruder,
  },
  {
    id: 'B21',
    title: 'Boiling frog',
    incident:
      'Synthetic: a partner reads 5 per cent more new customers every week, and when that is usual, 30 per cent more every day. The warm-up has the first four weeks; the sixteen after them are left out and the level they lead to is taken.',
    archetype: 'commerce',
    expected: ['D15', 'D08'],
    variants: ['reported', 'slow', 'sharded'],
    plan: boilingFrog,
  },
  {
    id: 'B22',
    title: 'The insider',
    incident:
      'Synthetic: a support agent copies sixty customers a day beside the queue, for thirty days. A mimic is what it is by itself.',
    archetype: 'commerce',
    expected: ['D11', 'D15', 'D08'],
    variants: ['reported', 'slow', 'sharded'],
    plan: insiderCopies,
  },
  {
    id: 'B24',
    title: 'Every field of every record',
    incident:
      'Synthetic: the usual listing with fields=* and every relation expanded, twelve times the bytes.',
    archetype: 'commerce',
    expected: ['D25', 'D24'],
    variants: ALL,
    plan: excessFields,
  },
];

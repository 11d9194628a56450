// One ordinary day of one actor: sessions in its hours, each a handful of calls on its own objects, now and then on others.
// Always holds: a day follows from seed, actor and date alone, so any span can be made without what came before.

import { mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Actor, CallDraft, Collection, Role, World } from '../contract.ts';
import { type Random, seeded } from '../random.ts';
import { type Business, lookupName } from './business.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;

/** Weight of each hour of the day, UTC. */
const OFFICE = [0, 0, 0, 0, 0, 1, 3, 7, 10, 11, 10, 8, 9, 10, 10, 8, 5, 2, 1, 0, 0, 0, 0, 0];
const PEOPLE = [2, 1, 1, 0, 0, 1, 3, 5, 6, 5, 5, 6, 7, 6, 5, 5, 6, 8, 10, 11, 11, 9, 6, 4];
const ALWAYS = OFFICE.map(() => 1);
const NIGHT = [0, 6, 8, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

interface Habit {
  readonly hours: readonly number[];
  readonly weekend: number;
  /** Mean calls of a session and mean pause between them, ms. */
  readonly session: number;
  readonly pause: number;
}
const HABITS: Readonly<Record<Role, Habit>> = {
  partner: { hours: OFFICE, weekend: 0.25, session: 8, pause: 2500 },
  app: { hours: PEOPLE, weekend: 1.1, session: 3, pause: 1500 },
  mobile: { hours: PEOPLE, weekend: 1.3, session: 6, pause: 9000 },
  ci: { hours: OFFICE, weekend: 0.3, session: 12, pause: 700 },
  batch: { hours: NIGHT, weekend: 1, session: 190, pause: 900 },
  support: { hours: OFFICE, weekend: 0.1, session: 4, pause: 40_000 },
  probe: { hours: ALWAYS, weekend: 1, session: 1, pause: 0 },
  agent: { hours: OFFICE, weekend: 0.6, session: 14, pause: 900 },
  visitor: { hours: PEOPLE, weekend: 1.2, session: 5, pause: 12_000 },
  service: { hours: PEOPLE, weekend: 0.9, session: 4, pause: 800 },
};

/** Index with weights, from a uniform number. */
function weighted(weights: readonly number[], u: number): number {
  const total = weights.reduce((sum, w) => sum + w, 0);
  let rest = u * total;
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i]!;
    if (rest < 0) return i;
  }
  return weights.length - 1;
}

export interface DayOf {
  world: World;
  business: Business;
  actor: Actor;
  /** Position of the actor among the world's. */
  position: number;
  /** UTC midnight, ms. */
  day: number;
}

/** Not sorted; the world sorts the day of everybody. */
export function dayOf(o: DayOf): ApiEvent[] {
  const { actor, day, world } = o;
  const random = seeded(mix32(mix32(world.seed + o.position * 104_729) + (day / DAY) * 31));
  const habit = HABITS[actor.role];
  const weekday = new Date(day).getUTCDay();
  const age = (day - world.start) / DAY;
  const mean = actor.callsPerDay * (weekday === 0 || weekday === 6 ? habit.weekend : 1) * (1 + 0.002 * age);
  if (day + DAY < actor.since) return [];
  const out: ApiEvent[] = [];
  if (actor.role === 'probe') return probeDay(o, mean);
  for (let n = poisson(random, mean / habit.session); n > 0; n--) {
    const hour = weighted(habit.hours, random.next());
    let at = day + hour * HOUR + random.next() * HOUR;
    if (at < actor.since) continue;
    const session = startSession(o, random, at);
    for (let calls = 1 + poisson(random, habit.session - 1); calls > 0; calls--) {
      out.push(session(at));
      at += random.wait(habit.pause);
    }
  }
  return out;
}

function poisson(random: Random, mean: number): number {
  if (mean > 40)
    return Math.max(
      0,
      Math.round(mean + Math.sqrt(mean) * (random.next() + random.next() + random.next() - 1.5) * 2),
    );
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random.next(); product > limit; product *= random.next()) count++;
  return count;
}

/** Every seventh check is of what must be refused. */
function probeDay({ world, business, actor, day }: DayOf, mean: number): ApiEvent[] {
  const calls = Math.max(24, Math.round(mean));
  const [checked] = actor.books[business.main]!;
  return Array.from({ length: calls }, (_, i) => {
    const at = day + (i * DAY) / calls;
    const { credential } = actor;
    const place = actor.places[0]!;
    if (i % 7 === 6)
      return world.event({
        at,
        credential,
        place,
        route: `${business.listing}`,
        path: business.listing,
        status: 401,
        bytes: 90,
      });
    if (i % 2 === 0)
      return world.event({ at, credential, place, route: '/health', path: '/health', bytes: 20 });
    return world.read({ at, credential, place, collection: business.main, index: checked! });
  });
}

type Session = (at: number) => ApiEvent;

function startSession(o: DayOf, random: Random, at: number): Session {
  const { actor } = o;
  const place = placeNow(actor, random, at);
  const credential = tokenNow(actor, at);
  const base = { credential, place };
  switch (actor.role) {
    case 'visitor':
      return browsing(o, random, base);
    case 'support':
      return desk(o, random, base);
    case 'ci':
      return building(o, random, base);
    default:
      return working(o, random, base);
  }
}

type Base = Pick<CallDraft, 'credential' | 'place'>;

/** People change between home and carrier, runners between machines; others stay where they are. */
function placeNow(actor: Actor, random: Random, at: number): Actor['places'][number] {
  if (actor.places.length === 1 || (actor.role === 'mobile' && random.next() < 0.6)) return actor.places[0]!;
  if (actor.role === 'mobile') {
    const leased = 1 + (Math.floor(at / (2 * DAY)) % (actor.places.length - 1));
    return actor.places[leased]!;
  }
  return random.pick(actor.places);
}

/** Tokens live for a day. */
function tokenNow({ credential }: Actor, at: number): ApiEvent['credential'] {
  if (credential.kind !== 'jwt') return credential;
  const issued = Math.floor(at / DAY) * DAY;
  const jti = `${credential.subject ?? credential.client}-${issued / DAY}`;
  return { ...credential, jti, issued_at: issued, expires_at: issued + DAY + 2 * HOUR };
}

/** Partners, apps, people, services, batches, agents: own objects by popularity, listings, some writes and searches. */
function working(o: DayOf, random: Random, base: Base): Session {
  const { world, business, actor } = o;
  const main = actor.books[business.main]!;
  const own = actor.books[business.own]!;
  let page = 1;
  let subject = pickOwn(main, random);
  return (at) => {
    const u = random.next();
    if (random.next() < 0.3) subject = pickOwn(main, random);
    const status = statusOf(random);
    if (u < 0.42 && subject >= 0) {
      // Now and then somebody new: a customer won, a record shared.
      const index =
        random.next() < EXPLORE[actor.role] ? anyIndex(world.collections[business.main]!, random) : subject;
      return world.read({ ...base, at, collection: business.main, index, status });
    }
    if (u < 0.68 && own.length > 0)
      return world.read({ ...base, at, collection: business.own, index: pickOwn(own, random), status });
    if (u < 0.8) {
      page = random.next() < 0.7 ? 1 : page + 1;
      return listing(o, { ...base, at }, page, Math.min(25, Math.max(1, own.length)));
    }
    if (u < 0.93)
      return world.read({
        ...base,
        at,
        collection: business.public,
        index: random.zipf(world.collections[business.public]!.size),
      });
    if (u < 0.97 && own.length > 0)
      return world.read({
        ...base,
        at,
        collection: business.own,
        index: pickOwn(own, random),
        method: 'PUT',
        bytes: 240,
        bytesIn: 900,
      });
    return world.event({ ...base, at, route: '/v1/me', path: '/v1/me', bytes: 600 });
  };
}

const EXPLORE: Readonly<Record<Role, number>> = {
  partner: 0.02,
  app: 0.05,
  mobile: 0.01,
  ci: 0,
  batch: 0.02,
  support: 1,
  probe: 0,
  agent: 0.04,
  visitor: 1,
  service: 0.06,
};

function listing(o: DayOf, base: Base & { at: number }, page: number, items: number): ApiEvent {
  const { world, business } = o;
  return world.event({
    ...base,
    route: business.listing,
    path: business.listing,
    query: `page=${page}&limit=25&sort=updated`,
    page: { kind: 'page', value: page, limit: 25 },
    items,
    bytes: 300 + 420 * items,
  });
}

/** A customer calls: the desk opens the record three or four times, some of their own things, and goes on to the next. */
function desk({ world, business }: DayOf, random: Random, base: Base): Session {
  const main = world.collections[business.main]!;
  const own = world.collections[business.own]!;
  const customer = anyIndex(main, random);
  const things = [0, 1].map((n) => mix32(customer * 3 + n) % own.size);
  return (at) =>
    random.next() < 0.55
      ? world.read({ ...base, at, collection: business.main, index: customer })
      : world.read({ ...base, at, collection: business.own, index: random.pick(things) });
}

function building({ world, business, actor }: DayOf, random: Random, base: Base): Session {
  const main = actor.books[business.main]!;
  const run = random.int(1, 1e9);
  return (at) =>
    random.next() < 0.5
      ? world.event({
          ...base,
          at,
          method: 'POST',
          route: '/v1/builds',
          path: '/v1/builds',
          bytes: 300,
          bytesIn: 2000,
        })
      : world.read({ ...base, at, collection: business.main, index: main[run % main.length]!, status: 200 });
}

function browsing({ world, business }: DayOf, random: Random, base: Base): Session {
  const things = world.collections[business.public]!;
  const searches = business.lookup !== null && random.next() < 0.05;
  return (at) => {
    if (searches && random.next() < 0.3) return lookup({ world, business }, { ...base, at }, random);
    if (random.next() < 0.2)
      return world.event({
        ...base,
        at,
        route: things.path,
        path: things.path,
        query: 'page=1&limit=20',
        page: { kind: 'page', value: 1, limit: 20 },
        items: 20,
        bytes: 9000,
      });
    return world.read({
      ...base,
      at,
      collection: business.public,
      index: random.zipf(things.size),
      status: statusOf(random),
    });
  };
}

/** People look themselves and their friends up; most of whom they look for is there. */
function lookup(
  { world, business }: Pick<DayOf, 'world' | 'business'>,
  base: Base & { at: number },
  random: Random,
): ApiEvent {
  const people = world.collections[business.lookup!]!;
  const name = lookupName(people.name);
  const id = people.id(random.zipf(people.size));
  const hit = random.next() < 0.85;
  return world.event({
    ...base,
    route: people.path,
    path: people.path,
    query: `${name}=${encodeURIComponent(id)}`,
    status: hit ? 200 : 404,
    bytes: hit ? 320 : 60,
  });
}

const pickOwn = (book: readonly number[], random: Random): number =>
  book.length === 0 ? -1 : book[random.zipf(book.length)]!;
const anyIndex = (collection: Collection, random: Random): number => random.int(0, collection.size - 1);

function statusOf(random: Random): number {
  const u = random.next();
  if (u > 0.02) return 200;
  return u < 0.012 ? 404 : u < 0.015 ? 429 : u < 0.018 ? 500 : 403;
}

// Attacks that read one record after another, by somebody who may call but not that much: B01, B02, B03, B06, B07, B08, B09.

import { mix32 } from '../../../detectors/hash.ts';
import type { Attack, PlannedAttack, World } from '../contract.ts';
import { BUSINESS } from '../world/business.ts';
import {
  type Attacker,
  campaign,
  lineagesOf,
  newcomers,
  popular,
  startOf,
  strangers,
  take,
} from './campaign.ts';

const ALL = ['reported', 'slow', 'sharded', 'mimic'] as const;
type Options = Parameters<Attack['plan']>[1];

/** Reads of `collection` at the indexes that `index` gives; `hits` of them exist. */
function walk(
  world: World,
  o: Options & {
    attackers: readonly Attacker[];
    perMinute: number;
    collection: string;
    index: (n: number, size: number) => number;
    hits?: number;
    loot: number;
  },
): PlannedAttack {
  const { variant, seed, attackers, collection, hits = 1 } = o;
  const { size } = world.collections[collection]!;
  const calls = campaign({
    world,
    variant,
    seed,
    attackers,
    perMinute: o.perMinute,
    make: ({ at, by, n }) => {
      const index = o.index(n, size);
      return take(world, {
        at,
        by,
        collection,
        index,
        status: (mix32(index + 7) % 1000) / 1000 < hits ? 200 : 404,
      });
    },
    ordinary: popular(world, BUSINESS[world.archetype].public),
  });
  return { calls, lineages: lineagesOf(attackers), start: startOf(world, variant, seed), loot: o.loot };
}

/** Objects in no order, none twice. */
const scattered =
  (seed: number) =>
  (n: number, size: number): number =>
    (mix32(seed) + n * 1_000_003) % size;
/** One after the other. */
const onward =
  (seed: number) =>
  (n: number, size: number): number =>
    ((mix32(seed) % Math.floor(size / 2)) + n) % size;

/** Three partners that were there before, used by somebody else from their usual place: the whole account was taken over. */
function established(world: World, o: Options): Attacker[] {
  const partners = world.actors.filter(({ role }) => role === 'partner' || role === 'app');
  const count = o.variant === 'sharded' ? partners.length : 3;
  const chosen = [...partners].sort((a, b) => b.callsPerDay - a.callsPerDay).slice(0, count);
  const each = o.variant === 'sharded' ? Math.ceil(1000 / count) : 1;
  return chosen.flatMap(({ credential, places }, i) =>
    Array.from({ length: each }, (_, j) => ({
      credential,
      place:
        o.variant === 'sharded'
          ? world.foreignPlace({ kind: 'hosting', n: o.seed + i * each + j, client: places[0]!.ua_family })
          : places[0]!,
    })),
  );
}

export const COLLECTION: readonly Attack[] = [
  {
    id: 'B01',
    title: 'Fake partner reads customers by service tag (Dell)',
    incident:
      'Dell 2024: several partner accounts approved within 24 to 48 hours read service tags at more than 5,000 requests a minute for nearly three weeks; 49 million records. Nonstop that would be 151 million requests, so either a third of the time or a third of the tags existed: odd seeds take the latter.',
    archetype: 'commerce',
    expected: ['D08', 'D14', 'D15', 'D33'],
    variants: ALL,
    shapes: ['new', 'established'],
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers: o.shape === 'established' ? established(world, o) : newcomers(world, { ...o, count: 3 }),
        perMinute: 5000,
        collection: 'devices',
        index: scattered(o.seed),
        hits: o.seed % 2 === 1 ? 1 / 3 : 1,
        loot: 49_000_000,
      }),
  },
  {
    id: 'B02',
    title: 'Forgotten host answers without credential (Optus)',
    incident:
      'Optus 2022: an internet-facing host, dormant, whose access control had been broken since 2018, gave 9.5 million contacts by counting ids over three to four days, about 2,200 a minute, through changing addresses.',
    archetype: 'telecom',
    expected: ['D26', 'D14', 'D09'],
    variants: ALL,
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers: strangers(world, { ...o, addresses: 40 }),
        perMinute: 2200,
        collection: 'contacts',
        index: onward(o.seed),
        loot: 9_500_000,
      }),
  },
  {
    id: 'B03',
    title: 'One API gives account after account (T-Mobile)',
    incident:
      'T-Mobile 2023: one API, 37 million accounts between 25 November and 5 January, about 630 a minute.',
    archetype: 'telecom',
    expected: ['D08', 'D14', 'D15'],
    variants: ALL,
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers: newcomers(world, { ...o, count: 1 }),
        perMinute: 630,
        collection: 'accounts',
        index: scattered(o.seed),
        loot: 37_000_000,
      }),
  },
  {
    id: 'B06',
    title: 'Wildcards in a search everybody may use (USPS)',
    incident:
      'USPS 2018: any signed-in user could search with wildcards and page through accounts of others; 60 million accounts were exposed.',
    archetype: 'telecom',
    expected: ['D30', 'D17', 'D14'],
    variants: ALL,
    plan: wildcardSearch,
  },
  {
    id: 'B07',
    title: 'Profiles by number without credential (Peloton)',
    incident:
      'Peloton 2021: profiles of about 3 million users could be read by id, first without any credential, then by any user.',
    archetype: 'social',
    expected: ['D26', 'D14', 'D09'],
    variants: ALL,
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers:
          o.seed % 2 === 0
            ? strangers(world, { ...o, addresses: 5 })
            : newcomers(world, { ...o, count: 1, kind: 'jwt' }),
        perMinute: 200,
        collection: 'profiles',
        index: onward(o.seed),
        hits: 0.8,
        loot: 3_000_000,
      }),
  },
  {
    id: 'B08',
    title: 'A crowd archives all posts (Parler)',
    incident:
      'Parler 2021: posts had ids that count up, no limit and no sign-in; volunteers took 70 TB, 1.1 million videos among them, in two days.',
    archetype: 'social',
    expected: ['D14', 'D18', 'D09'],
    variants: ALL,
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers: strangers(world, { ...o, addresses: 200, client: 'curl' }),
        perMinute: 1100,
        collection: 'posts',
        index: onward(o.seed),
        hits: 0.9,
        loot: 1_100_000,
      }),
  },
  {
    id: 'B09',
    title: 'Many accounts read all profiles (LinkedIn)',
    incident:
      'LinkedIn 2021: profiles of 700 million members, 92 per cent, collected through the API by many accounts over weeks.',
    archetype: 'social',
    expected: ['D08', 'D14', 'D33'],
    variants: ALL,
    plan: (world, o) =>
      walk(world, {
        ...o,
        attackers: newcomers(world, { ...o, count: 20, kind: 'jwt' }),
        perMinute: 400,
        collection: 'profiles',
        index: scattered(o.seed),
        loot: 700_000_000,
      }),
  },
];

/** `q=a*` … `z*`, fifty accounts a page, page after page. */
function wildcardSearch(world: World, o: Options): PlannedAttack {
  const attackers = newcomers(world, { ...o, count: 1, kind: 'jwt' });
  const perPage = 50;
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers,
    perMinute: 60,
    ordinary: popular(world, 'plans'),
    make({ at, by, n }) {
      const first = n * perPage;
      const letter = String.fromCharCode(97 + (Math.floor(n / 400) % 26));
      const event = world.event({
        at,
        credential: by.credential,
        place: by.place,
        route: '/v1/accounts',
        path: '/v1/accounts',
        query: `q=${letter}*&page=${1 + (n % 400)}&limit=${perPage}`,
        items: perPage,
        bytes: perPage * 420,
      });
      return { event, records: Array.from({ length: perPage }, (_, i) => `accounts/${first + i}`) };
    },
  });
  return {
    calls,
    lineages: lineagesOf(attackers),
    start: startOf(world, o.variant, o.seed),
    loot: 60_000_000,
  };
}

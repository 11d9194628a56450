// Attacks that try identifiers: phone numbers and addresses looked up one by one, passwords tried account by account.
// B04, B05, B10, B11, B18.

import { mix32 } from '../../../detectors/hash.ts';
import type { Attack, PlannedAttack, World } from '../contract.ts';
import { lookupName } from '../world/business.ts';
import {
  type Attacker,
  campaign,
  lineagesOf,
  newcomers,
  popular,
  startOf,
  strangers,
  type Taken,
} from './campaign.ts';

const ALL = ['reported', 'slow', 'sharded', 'mimic'] as const;
type Options = Parameters<Attack['plan']>[1];

/** Looks identifiers of a list up; `hits` of them belong to somebody. */
function lookups(
  world: World,
  o: Options & {
    attackers: readonly Attacker[];
    perMinute: number;
    collection: string;
    hits: number;
    loot: number;
  },
): PlannedAttack {
  const people = world.collections[o.collection]!;
  const name = lookupName(o.collection);
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers: o.attackers,
    perMinute: o.perMinute,
    ordinary: popular(world, world.collections.posts ? 'posts' : 'products'),
    make({ at, by, n }): Taken {
      const index = (mix32(o.seed) + n * 7919) % people.size;
      const hit = (mix32(index + 3) % 1000) / 1000 < o.hits;
      const event = world.event({
        at,
        credential: by.credential,
        place: by.place,
        route: people.path,
        path: people.path,
        query: `${name}=${encodeURIComponent(people.id(index))}`,
        status: hit ? 200 : 404,
        bytes: hit ? people.bytes(index) : 60,
      });
      return { event, records: hit ? [`${o.collection}/${index}`] : [] };
    },
  });
  return { calls, lineages: lineagesOf(o.attackers), start: startOf(world, o.variant, o.seed), loot: o.loot };
}

export const LOOKUP: readonly Attack[] = [
  {
    id: 'B04',
    title: 'Which account has this phone number or address? (Twitter)',
    incident:
      'Twitter 2021 to 2022: a lookup told which account belongs to an address or number; 5.4 million, later 200 million. Driven by lists, few per address.',
    archetype: 'social',
    expected: ['D12', 'D14'],
    variants: ALL,
    plan: (world, o) =>
      lookups(world, {
        ...o,
        attackers: strangers(world, { ...o, addresses: 300 }),
        perMinute: 300,
        collection: 'emails',
        hits: 0.3,
        loot: 5_400_000,
      }),
  },
  {
    id: 'B05',
    title: '500 million addresses tried (Trello)',
    incident:
      'Trello 2024: 500 million addresses tried against a public lookup, 15.1 million found, through proxies that stay under every limit.',
    archetype: 'social',
    expected: ['D12', 'D14'],
    variants: ALL,
    plan: (world, o) =>
      lookups(world, {
        ...o,
        attackers: strangers(world, { ...o, addresses: 500 }),
        perMinute: 3000,
        collection: 'emails',
        hits: 0.03,
        loot: 15_100_000,
      }),
  },
  {
    id: 'B10',
    title: 'Phone numbers checked without credential (Authy)',
    incident:
      'Authy 2024: an endpoint that asked for no credential told for 33 million numbers whether they are registered.',
    archetype: 'social',
    expected: ['D12', 'D14'],
    variants: ALL,
    plan: (world, o) =>
      lookups(world, {
        ...o,
        attackers: strangers(world, { ...o, addresses: 20, client: 'go-http-client' }),
        perMinute: 1500,
        collection: 'phones',
        hits: 0.2,
        loot: 33_000_000,
      }),
  },
  {
    id: 'B11',
    title: 'Contact discovery at full speed (WhatsApp study)',
    incident:
      'WhatsApp 2025 (research): five sessions asked for more than 100 million numbers an hour and found 3.5 billion accounts. Here at 60,000 a minute.',
    archetype: 'social',
    expected: ['D12', 'D08', 'D14'],
    variants: ALL,
    plan: (world, o) =>
      lookups(world, {
        ...o,
        attackers: newcomers(world, { ...o, count: 5, kind: 'jwt' }),
        perMinute: 60_000,
        collection: 'phones',
        hits: 0.5,
        loot: 3_500_000_000,
      }),
  },
  {
    id: 'B18',
    title: 'Credential stuffing',
    incident:
      'Synthetic: 200,000 accounts from a list, two tries each, 50,000 home addresses, one in two hundred works.',
    archetype: 'identity',
    expected: ['D20', 'D19'],
    variants: ALL,
    plan: stuffing,
  },
];

/** Each try is its own credential: an account with a password. */
function stuffing(world: World, o: Options): PlannedAttack {
  const addresses = o.variant === 'sharded' ? 50_000 : 2000;
  const lineages = new Set<string>();
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers: strangers(world, { variant: 'reported', seed: o.seed, addresses: 1 }),
    perMinute: 600,
    make({ at, n }): Taken {
      const account = mix32(o.seed + (n >> 1)) % 200_000;
      const hit = mix32(account + 17) % 200 === 0 && n % 2 === 1;
      const place = world.foreignPlace({
        kind: 'residential',
        n: mix32(n) % addresses,
        client: 'python-requests',
      });
      const lineage = `basic:account-${account}`;
      lineages.add(lineage);
      const event = world.event({
        at,
        credential: {
          lineage,
          fingerprint: mix32(n).toString(16).padStart(32, '0'),
          kind: 'basic',
          weak: false,
          subject: `account-${account}`,
          client: null,
          display: `account-${account}`,
          scopes: [],
          issued_at: null,
          expires_at: null,
          jti: null,
          cnf: null,
          certificate: null,
        },
        place,
        method: 'POST',
        route: '/v1/login',
        path: '/v1/login',
        status: hit ? 200 : 401,
        bytes: hit ? 900 : 90,
      });
      return { event, records: hit ? [`login/${account}`] : [] };
    },
  });
  return { calls, lineages, start: startOf(world, o.variant, o.seed), loot: 1000 };
}

// Who calls the API of one tenant: partners, people, jobs, desks, probes, agents, strangers; each with its credential, its
// usual places and the objects that are its own.
// Always holds: the same seed gives the same actors. Activity is heavy-tailed; books are mostly nobody else's.

import { hash128, mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Actor, Archetype, Place, Role } from '../contract.ts';
import { type Random, seeded } from '../random.ts';
import { BUSINESS } from './business.ts';
import { type NetworkKind, placeOf } from './places.ts';

type Credential = ApiEvent['credential'];

interface Kind {
  /** Of a tenant's credentials. */
  readonly share: number;
  /** Mean calls a day; the spread is log-normal. */
  readonly calls: number;
  readonly spread: number;
  /** Own objects of the main and the own collection. */
  readonly main: readonly [least: number, most: number];
  readonly own: readonly [least: number, most: number];
  readonly network: NetworkKind;
  readonly client: readonly string[];
  readonly kind: Credential['kind'];
}

const ROLES: Readonly<Record<Role, Kind>> = {
  partner: {
    share: 0.13,
    calls: 150,
    spread: 0.8,
    main: [150, 1500],
    own: [100, 600],
    network: 'hosting',
    client: ['java', 'node', 'python-requests', 'go-http-client'],
    kind: 'consumer',
  },
  app: {
    share: 0.03,
    calls: 220,
    spread: 0.5,
    main: [800, 4000],
    own: [400, 1500],
    network: 'hosting',
    client: ['node', 'java'],
    kind: 'api-key',
  },
  mobile: {
    share: 0.46,
    calls: 22,
    spread: 0.9,
    main: [1, 3],
    own: [5, 30],
    network: 'residential',
    client: ['okhttp', 'cfnetwork'],
    kind: 'jwt',
  },
  ci: {
    share: 0.03,
    calls: 90,
    spread: 0.4,
    main: [20, 60],
    own: [5, 20],
    network: 'hosting',
    client: ['curl', 'node'],
    kind: 'bearer',
  },
  batch: {
    share: 0.03,
    calls: 380,
    spread: 0.4,
    main: [200, 900],
    own: [50, 200],
    network: 'hosting',
    client: ['python-requests', 'java'],
    kind: 'api-key',
  },
  support: {
    share: 0.08,
    calls: 110,
    spread: 0.3,
    main: [0, 0],
    own: [0, 0],
    network: 'office',
    client: ['chrome'],
    kind: 'session',
  },
  probe: {
    share: 0.02,
    calls: 200,
    spread: 0.2,
    main: [1, 2],
    own: [0, 0],
    network: 'hosting',
    client: ['curl'],
    kind: 'api-key',
  },
  agent: {
    share: 0.02,
    calls: 90,
    spread: 0.4,
    main: [40, 200],
    own: [20, 80],
    network: 'hosting',
    client: ['node'],
    kind: 'jwt',
  },
  visitor: {
    share: 0.13,
    calls: 18,
    spread: 0.9,
    main: [0, 0],
    own: [0, 0],
    network: 'residential',
    client: ['chrome'],
    kind: 'client',
  },
  service: {
    share: 0.07,
    calls: 170,
    spread: 0.5,
    main: [400, 2500],
    own: [200, 900],
    network: 'internal',
    client: ['go-http-client', 'java'],
    kind: 'mtls',
  },
};

export function makeActors(o: {
  archetype: Archetype;
  tenant: string;
  seed: number;
  credentials: number;
  start: number;
  end: number;
}): Actor[] {
  const actors: Actor[] = [];
  for (const [role, kind] of Object.entries(ROLES) as [Role, Kind][]) {
    const count = Math.max(1, Math.round(kind.share * o.credentials));
    for (let i = 0; i < count; i++) actors.push(makeActor({ ...o, role, kind, n: i }));
  }
  return actors;
}

function makeActor(o: {
  archetype: Archetype;
  tenant: string;
  seed: number;
  start: number;
  end: number;
  role: Role;
  kind: Kind;
  n: number;
}): Actor {
  const { role, kind, n } = o;
  const random = seeded(mix32(o.seed * 1009 + n * 131 + role.length * 17 + role.charCodeAt(1)));
  const business = BUSINESS[o.archetype];
  const client = random.pick(kind.client);
  // Some people join while we watch; everybody else was there before.
  const joins = role === 'mobile' && random.next() < 0.25;
  return {
    role,
    credential: credentialOf({ ...o, random, client }),
    places: placesOf({ role, kind, client, random }),
    books: {
      [business.main]: book(random, kind.main, business.collections[business.main]!.size),
      [business.own]: book(random, kind.own, business.collections[business.own]!.size),
    },
    callsPerDay: kind.calls * Math.exp(kind.spread * gaussian(random) - kind.spread ** 2 / 2),
    since: joins ? o.start + random.next() * (o.end - o.start) : o.start - 90 * 86_400_000,
  };
}

const book = (random: Random, [least, most]: readonly [number, number], size: number): number[] =>
  Array.from({ length: random.int(least, most) }, () => random.int(0, size - 1));

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function placesOf(o: { role: Role; kind: Kind; client: string; random: Random }): Place[] {
  const { role, kind, client, random } = o;
  const at = (network: NetworkKind, which: number, host: number): Place =>
    placeOf({ kind: network, network: which, host, client });
  const network = random.int(0, 10_000);
  const host = random.int(0, 60_000);
  const home = at(kind.network, network, host);
  if (role === 'mobile') {
    // The carrier hands out another prefix every other day.
    const carrier = random.int(0, 100);
    return [home, ...Array.from({ length: 12 }, () => at('mobile', carrier, random.int(0, 60_000)))];
  }
  if (role === 'ci') return Array.from({ length: 60 }, () => at('hosting', network, random.int(0, 60_000)));
  if (role === 'support') return [at('office', 3, 40 + (host % 8))];
  if (role === 'partner' && random.next() < 0.3) return [home, at('hosting', network, host + 300)];
  return [home];
}

const SCOPES: Readonly<Partial<Record<Role, string[]>>> = {
  partner: ['read'],
  app: ['read', 'write'],
  mobile: ['profile', 'orders'],
  support: ['support'],
  agent: ['read', 'tools'],
};

function credentialOf(o: {
  tenant: string;
  seed: number;
  role: Role;
  kind: Kind;
  n: number;
  random: Random;
  client: string;
  archetype: Archetype;
}): Credential {
  const { role, n, tenant } = o;
  const name = `${role}-${n}`;
  const { kind } = o.kind;
  const secret = hash128(`${tenant} ${o.seed} ${name}`);
  const base: Credential = {
    lineage: `${kind}:${tenant}-${name}`,
    fingerprint: kind === 'consumer' || kind === 'client' ? null : secret,
    kind,
    weak: kind === 'client',
    subject: null,
    client: null,
    display: name,
    scopes: SCOPES[role] ?? [],
    issued_at: null,
    expires_at: null,
    jti: null,
    cnf: null,
    certificate: null,
  };
  if (kind === 'client')
    return { ...base, lineage: `client:${secret.slice(0, 8)}:${o.client}`, display: 'visitor' };
  if (kind === 'jwt') {
    const app = role === 'agent' ? 'assistant' : 'mobile-app';
    return { ...base, lineage: `client:${app}/sub:${tenant}-${name}`, subject: name, client: app };
  }
  if (kind === 'session') return { ...base, subject: name, client: 'desk' };
  if (kind === 'mtls') return { ...base, certificate: secret + secret, client: 'internal' };
  if (role === 'partner' && o.archetype === 'identity')
    return { ...base, kind: 'jwt', cnf: secret + secret, certificate: secret + secret, client: name };
  return { ...base, client: role === 'partner' || role === 'app' ? role : name };
}

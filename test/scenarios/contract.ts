// What the parts of the benchmark agree on: a made-up company (tenants, collections, callers), its ordinary traffic, what
// is planted into it (attacks, hard negatives), and the truth about both.
// Always holds: everything derives from the seed; the same seed gives the same events on every machine. Streams are lazy and in
// time order, so that 100 million events need no memory. Nothing under detectors/ may know a literal of this folder.

import type { ApiEvent } from '../../schemas/event.ts';
import type { FactInput } from '../../schemas/fact.ts';

export const DAY = 86_400_000;
export const WARM_UP_DAYS = 28;
export const TEST_DAYS = 14;

/**
 * Kinds of business, one tenant each per thousand credentials or so. What their APIs hold:
 * `commerce` customers, orders, products, devices by service tag, carts · `telecom` accounts, lines, invoices, addresses,
 * an old internet-facing host · `social` profiles, posts, boards, contact sync, lookup by email and phone · `platform`
 * objects queried by a query language, bulk jobs, repositories, organisations, admin functions, tokens with scopes ·
 * `storage` buckets and objects read, written, deleted, with life cycle settings · `identity` logins, sessions, token
 * endpoint, certificate-bound and DPoP tokens.
 */
export const ARCHETYPES = ['commerce', 'telecom', 'social', 'platform', 'storage', 'identity'] as const;
export type Archetype = (typeof ARCHETYPES)[number];

/** Objects of one kind, `0` to `size - 1`. */
export interface Collection {
  readonly name: string;
  /** `/v1/customers`; the route of one object is `${path}/{id}` unless `route` says otherwise. */
  readonly path: string;
  readonly route: string;
  readonly size: number;
  /** Id of an object as it stands in the path; stable. */
  id(index: number): string;
  /** Bytes of one object's answer. */
  bytes(index: number): number;
  /** True when ids count up with the index (so that neighbours can be walked). */
  readonly sequential: boolean;
}

export type Role =
  | 'partner' // integration of another company with a portfolio of its own
  | 'app' // shop or client application used by many people
  | 'mobile' // one person's session on a phone
  | 'ci' // build runners that share one credential
  | 'batch' // nightly synchronisation, monthly backfill
  | 'support' // one agent of the support desk
  | 'probe' // monitoring
  | 'agent' // declared automated agent
  | 'visitor' // nobody identified
  | 'service'; // internal service, steady machine traffic

/** A network place with a client program. */
export type Place = ApiEvent['client'];

export interface Actor {
  readonly role: Role;
  readonly credential: ApiEvent['credential'];
  /** Places it calls from; the first is its usual one. */
  readonly places: readonly Place[];
  /** Indexes of the objects that are its own, by collection name. */
  readonly books: Readonly<Record<string, readonly number[]>>;
  /** Ordinary calls a day. */
  readonly callsPerDay: number;
  /** First instant it exists, ms. */
  readonly since: number;
}

/** One call as the writer of a scenario states it; world.event() completes it. */
export interface CallDraft {
  at: number;
  credential: ApiEvent['credential'];
  place: Place;
  method?: string;
  /** Route template and concrete path. */
  route: string;
  path: string;
  /** Query string without `?`. */
  query?: string;
  objects?: ApiEvent['objects'];
  page?: ApiEvent['page'];
  status?: number;
  bytes?: number;
  bytesIn?: number;
  items?: number | null;
  latency?: number | undefined;
  host?: string | undefined;
  environment?: string | undefined;
}

export interface World {
  readonly tenant: string;
  readonly archetype: Archetype;
  readonly seed: number;
  /** First instant of the warm-up, of the test period, and the end (exclusive), ms. */
  readonly start: number;
  readonly testStart: number;
  readonly end: number;
  readonly collections: Readonly<Record<string, Collection>>;
  readonly actors: readonly Actor[];
  /** Ordinary traffic between two instants, in time order, made lazily; any span can be made without the ones before. `only`: of these lineages. */
  traffic(from: number, to: number, only?: ReadonlySet<string>): Iterable<ApiEvent>;
  /** What the company has told Keytrail: inventory, deploys, declared jobs. */
  readonly facts: readonly FactInput[];
  event(draft: CallDraft): ApiEvent;
  /** One read of one object, `${path}/${id}`, 200 unless said otherwise. */
  read(
    o: Omit<CallDraft, 'route' | 'path' | 'objects'> & { collection: string; index: number; id?: string },
  ): ApiEvent;
  /** A place on a network that is none of the tenant's: hosting (many /24), residential or mobile; `n` picks one. */
  foreignPlace(o: {
    kind: 'hosting' | 'residential' | 'mobile' | 'vpn';
    n: number;
    client?: string;
    country?: string;
  }): Place;
}

export const VARIANTS = ['reported', 'slow', 'sharded', 'mimic'] as const;
/** As reported · 10 times slower · spread over 100 credentials and 1,000 addresses · copies benign hours, revisits 30 %, mixes popular ids. */
export type Variant = (typeof VARIANTS)[number];

/** One call of an attack and the distinct records it took: keys that are equal for the same record. */
export interface AttackCall {
  event: ApiEvent;
  records: readonly string[];
}

export interface PlannedAttack {
  /** Ordinary past of callers the attack needs and the world lacks (before `start`), time-ordered. */
  readonly warmUp?: Iterable<ApiEvent>;
  /** In time order, from `start`; at most some 60,000 calls and 14 days, made lazily. */
  readonly calls: Iterable<AttackCall>;
  /** Credentials the attacker used. */
  readonly lineages: ReadonlySet<string>;
  readonly start: number;
  /** Records of the whole incident as reported (49 million), of which `calls` are the beginning. */
  readonly loot: number;
  /** For attacks that prepare: the instant after which an alert comes too late (the bulk export of B12). */
  readonly deadline?: number;
  /** What would have to be told to Keytrail before, e.g. a canary or a revocation. */
  readonly facts?: readonly FactInput[];
}

export interface Attack {
  /** `B01`. */
  readonly id: string;
  readonly title: string;
  /** What happened, with the source. */
  readonly incident: string;
  readonly archetype: Archetype;
  /** Detectors that should speak. */
  readonly expected: readonly string[];
  /** Variants that make sense, usually all four; why another is left out is said in `incident`. */
  readonly variants: readonly Variant[];
  /** `established` and the like: further shapes of the same incident that goals name; default one. */
  readonly shapes?: readonly string[];
  plan(world: World, o: { variant: Variant; shape: string; seed: number }): PlannedAttack;
}

/** Something harmless that looks like an attack; must not page (or make one fleet incident). */
export interface HardNegative {
  /** `H01`. */
  readonly id: string;
  readonly title: string;
  readonly archetype: Archetype;
  /** Most fleet incidents it may make: 1 for H06, H09, H14, H17, else 0. */
  readonly fleet: 0 | 1;
  plan(
    world: World,
    o: { seed: number },
  ): {
    warmUp?: Iterable<ApiEvent>;
    /** Added to the world's traffic. */
    events: Iterable<ApiEvent>;
    /** Changes the world's own traffic while it lasts (a failover moves everybody); default: unchanged. */
    alter?: (event: ApiEvent) => ApiEvent | null;
    facts?: readonly FactInput[];
    start: number;
    end: number;
  };
}

/** Makes the tenant of one archetype. `credentials` is its number of actors, about. */
export type WorldMaker = (o: {
  archetype: Archetype;
  seed: number;
  credentials: number;
  tenant?: string;
}) => World;

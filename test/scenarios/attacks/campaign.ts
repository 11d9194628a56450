// How an attack runs: who calls, how fast, in which hours, and what each call takes; the same for every scenario, so that a
// variant means the same everywhere.
// Always holds: calls are in time order and lazily made; a record counts only when the answer was 2xx.

import { mix32 } from '../../../detectors/hash.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { Actor, AttackCall, Place, Role, Variant, World } from '../contract.ts';
import { type Random, seeded } from '../random.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
/** Calls of one plan: the beginning of an incident that may have had millions. */
const MOST_CALLS = 20_000;
const LONGEST = 12.5 * DAY;

export interface Attacker {
  readonly credential: ApiEvent['credential'];
  readonly place: Place;
}

/** What one call asks for, as the writer of a scenario states it. */
export interface Taken {
  event: ApiEvent;
  records: readonly string[];
}

export interface Campaign {
  world: World;
  variant: Variant;
  seed: number;
  attackers: readonly Attacker[];
  /** Calls a minute of the incident as reported. */
  perMinute: number;
  /** Makes call number `n`. */
  make(o: { at: number; by: Attacker; n: number; random: Random }): Taken;
  /** For the mimic: an ordinary call of such a caller, to hide among. */
  ordinary?(o: { at: number; by: Attacker; n: number; random: Random }): Taken;
  calls?: number;
}

/** The attack begins one to three days into the test period; a mimic on a working morning. */
export function startOf(world: World, variant: Variant, seed: number): number {
  const random = seeded(mix32(seed * 977 + 5));
  const at = world.testStart + DAY + random.next() * 2 * DAY;
  return variant === 'mimic' ? Math.floor(at / DAY) * DAY + 9 * HOUR + random.next() * HOUR : at;
}

/** A mimic works when people do. */
function working(at: number): number {
  const hour = Math.floor((at % DAY) / HOUR);
  if (hour >= 7 && hour < 19) return at;
  const next = Math.floor(at / DAY) * DAY + 7 * HOUR;
  return hour < 7 ? next : next + DAY;
}

export function* campaign(o: Campaign): Generator<AttackCall> {
  const { variant, attackers, make } = o;
  const random = seeded(mix32(o.seed * 65_537 + 11));
  const start = startOf(o.world, variant, o.seed);
  const pause = MINUTE / o.perMinute / (variant === 'slow' ? 0.1 : 1);
  const before: { n: number; by: Attacker }[] = [];
  let at = start;
  for (let n = 0, call = 0; call < (o.calls ?? MOST_CALLS) && at < start + LONGEST; call++) {
    const by =
      attackers[variant === 'sharded' ? (call * 7) % attackers.length : mix32(call) % attackers.length]!;
    if (variant === 'mimic') at = working(at);
    const u = random.next();
    if (variant === 'mimic' && u < 0.3 && before.length > 0) {
      // A return to something it had before.
      const again = random.pick(before);
      yield make({ at, by: again.by, n: again.n, random });
    } else if (variant === 'mimic' && u < 0.45 && o.ordinary) {
      yield o.ordinary({ at, by, n, random });
    } else {
      yield make({ at, by, n, random });
      if (variant === 'mimic' && before.length < 5000) before.push({ n, by });
      n++;
    }
    at += random.wait(pause);
  }
}

const SHARDS = 100;
const ADDRESSES = 1000;

/** Credentials made for the attack, like those of a fresh partner; with 100 of them each has ten addresses. */
export function newcomers(
  world: World,
  o: { variant: Variant; seed: number; count: number; kind?: 'consumer' | 'jwt' },
): Attacker[] {
  const sharded = o.variant === 'sharded';
  const count = sharded ? SHARDS : o.count;
  const addresses = sharded ? ADDRESSES : Math.max(1, o.count);
  return Array.from({ length: Math.max(count, addresses) }, (_, i) => {
    const n = i % count;
    const name = `x${o.seed}-${n}`;
    const kind = o.kind ?? 'consumer';
    return {
      place: world.foreignPlace({
        kind: sharded ? 'residential' : 'hosting',
        n: o.seed * 31 + i,
        client: 'node',
      }),
      credential: {
        lineage:
          kind === 'jwt'
            ? `client:mobile-app/sub:${world.tenant}-${name}`
            : `${kind}:${world.tenant}-${name}`,
        fingerprint: null,
        kind,
        weak: false,
        subject: kind === 'jwt' ? name : null,
        client: kind === 'jwt' ? 'mobile-app' : 'partner',
        display: name,
        scopes: [],
        issued_at: null,
        expires_at: null,
        jti: kind === 'jwt' ? name : null,
        cnf: null,
        certificate: null,
      },
    };
  });
}

/** Nobody identified: each address is a caller of its own. */
export function strangers(
  world: World,
  o: { variant: Variant; seed: number; addresses: number; client?: string },
): Attacker[] {
  const count = o.variant === 'sharded' ? ADDRESSES : o.addresses;
  const client = o.client ?? 'python-requests';
  return Array.from({ length: count }, (_, i) => {
    const place = world.foreignPlace({
      kind: count > 5 ? 'residential' : 'hosting',
      n: o.seed * 53 + i,
      client,
    });
    return { place, credential: strangerAt(place) };
  });
}

function strangerAt(place: Place): ApiEvent['credential'] {
  return {
    lineage: `client:${place.prefix}:${place.ua_family}`,
    fingerprint: null,
    kind: 'client',
    weak: true,
    subject: null,
    client: null,
    display: `${place.ua_family} from ${place.prefix}`,
    scopes: [],
    issued_at: null,
    expires_at: null,
    jti: null,
    cnf: null,
    certificate: null,
  };
}

/** Somebody else with the credentials of these roles; in another network, with another program unless said otherwise. */
export function thieves(
  world: World,
  o: {
    variant: Variant;
    seed: number;
    roles: readonly Role[];
    client?: string;
    kind?: 'hosting' | 'residential' | 'vpn';
    same?: boolean;
  },
): { attackers: Attacker[]; victims: Actor[] } {
  const random = seeded(mix32(o.seed * 4099 + 3));
  const able = world.actors.filter(
    ({ role, callsPerDay, since }) => o.roles.includes(role) && since < world.start && callsPerDay > 5,
  );
  const busy = [...able].sort((a, b) => b.callsPerDay - a.callsPerDay);
  const victims =
    o.variant === 'sharded'
      ? busy.slice(0, SHARDS)
      : [busy[random.int(0, Math.max(0, Math.floor(busy.length / 2) - 1))]!];
  const each = o.variant === 'sharded' ? ADDRESSES / SHARDS : 1;
  const attackers = victims.flatMap((victim, i) =>
    Array.from({ length: each }, (_, j): Attacker => {
      const usual = victim.places[0]!;
      const place = world.foreignPlace({
        kind: o.kind ?? 'vpn',
        n: o.seed * 17 + i * each + j,
        client: o.same ? usual.ua_family : (o.client ?? 'python-requests'),
        ...(o.same ? { country: usual.country } : {}),
      });
      return { credential: victim.credential, place };
    }),
  );
  return { attackers, victims };
}

export const lineagesOf = (attackers: readonly Attacker[]): ReadonlySet<string> =>
  new Set(attackers.map(({ credential }) => credential.lineage));

/** One read of one object of a collection, with the record it gives. */
export function take(
  world: World,
  o: {
    at: number;
    by: Attacker;
    collection: string;
    index: number;
    status?: number;
    query?: string;
    method?: string;
    bytes?: number;
  },
): Taken {
  const { at, by, collection, index } = o;
  const event = world.read({
    at,
    credential: by.credential,
    place: by.place,
    collection,
    index,
    ...(o.status === undefined ? {} : { status: o.status }),
    ...(o.query === undefined ? {} : { query: o.query }),
    ...(o.method === undefined ? {} : { method: o.method }),
    ...(o.bytes === undefined ? {} : { bytes: o.bytes }),
  });
  const got = event.status >= 200 && event.status < 300;
  return { event, records: got ? [`${collection}/${index}`] : [] };
}

/** An ordinary look at something popular. */
export function popular(world: World, collection: string) {
  return ({ at, by, random }: { at: number; by: Attacker; random: Random }): Taken => {
    const index = random.zipf(world.collections[collection]!.size);
    return take(world, { at, by, collection, index });
  };
}

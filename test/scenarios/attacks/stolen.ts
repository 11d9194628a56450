// Attacks with somebody else's credential: B12 to B17 and B23.

import { mix32 } from '../../../detectors/hash.ts';
import type { Attack, AttackCall, PlannedAttack, Variant, World } from '../contract.ts';
import { BUSINESS } from '../world/business.ts';
import {
  type Attacker,
  campaign,
  lineagesOf,
  popular,
  startOf,
  type Taken,
  take,
  thieves,
} from './campaign.ts';

const ALL = ['reported', 'slow', 'sharded', 'mimic'] as const;
type Options = Parameters<Attack['plan']>[1];

/** The thief's calls, numbered per stolen credential, so that each goes through the same stages. */
function staged(
  world: World,
  o: Options & {
    attackers: readonly Attacker[];
    perMinute: number;
    stage: (o: { at: number; by: Attacker; step: number; n: number }) => Taken;
    calls?: number;
    loot: number;
  },
): PlannedAttack {
  const steps = new Map<string, number>();
  const calls = campaign({
    world,
    variant: o.variant,
    seed: o.seed,
    attackers: o.attackers,
    perMinute: o.perMinute,
    ...(o.calls === undefined ? {} : { calls: o.calls }),
    ordinary: popular(world, BUSINESS[world.archetype].public),
    make({ at, by, n }) {
      const { lineage } = by.credential;
      const step = steps.get(lineage) ?? 0;
      steps.set(lineage, step + 1);
      return o.stage({ at, by, step, n });
    },
  });
  return { calls, lineages: lineagesOf(o.attackers), start: startOf(world, o.variant, o.seed), loot: o.loot };
}

const page = (
  world: World,
  o: {
    at: number;
    by: Attacker;
    path: string;
    query: string;
    items: number;
    key: string;
    from: number;
    bytes?: number;
    method?: string;
  },
): Taken => ({
  event: world.event({
    at: o.at,
    credential: o.by.credential,
    place: o.by.place,
    method: o.method ?? 'GET',
    route: o.path,
    path: o.path,
    query: o.query,
    items: o.items,
    bytes: o.bytes ?? 300 + o.items * 420,
  }),
  records: Array.from({ length: o.items }, (_, i) => `${o.key}/${o.from + i}`),
});
const plain = (
  world: World,
  o: { at: number; by: Attacker; path: string; status?: number; method?: string; query?: string },
): Taken => ({
  event: world.event({
    at: o.at,
    credential: o.by.credential,
    place: o.by.place,
    route: o.path,
    path: o.path,
    status: o.status ?? 200,
    method: o.method ?? 'GET',
    query: o.query ?? '',
    bytes: 400,
  }),
  records: [],
});

/** Calls before the bulk export of B12: two of validation, then days of looking around. */
const RECON = 60;

function drift(world: World, o: Options): PlannedAttack {
  const { attackers } = thieves(world, { ...o, roles: ['partner', 'app'], client: 'python-requests' });
  const paths = [
    '/v1/objects',
    '/v1/objects/describe',
    '/v1/query/count',
    '/v1/limits',
    '/v1/cases',
    '/v1/records',
  ];
  const shards = new Set(attackers.map(({ credential }) => credential.lineage)).size;
  let deadline = Number.POSITIVE_INFINITY;
  const plan = staged(world, {
    ...o,
    attackers,
    // Sixty calls over some days, then the export within minutes.
    perMinute: (0.02 * shards) as number,
    calls: RECON * shards,
    loot: 1_500_000,
    stage: ({ at, by, step }) => {
      if (step < 2) return plain(world, { at, by, path: '/v1/token/check', status: 404 });
      return plain(world, {
        at,
        by,
        path: paths[step % paths.length]!,
        query: step % 6 === 2 ? 'q=count' : '',
      });
    },
  });
  function* whole(): Generator<AttackCall> {
    let last = plan.start;
    for (const call of plan.calls) {
      last = call.event.at;
      yield call;
    }
    deadline = last + 60_000;
    for (let n = 0; n < 600; n++) {
      const by = attackers[n % attackers.length]!;
      const at = deadline + n * 700;
      yield page(world, {
        at,
        by,
        path: '/v1/bulk/export',
        query: `offset=${n * 2000}&limit=2000`,
        items: 2000,
        key: 'cases',
        from: n * 2000,
      });
    }
    yield plain(world, {
      at: deadline + 601 * 700,
      by: attackers[0]!,
      path: '/v1/bulk/jobs',
      method: 'DELETE',
    });
  }
  return {
    ...plan,
    calls: whole(),
    get deadline() {
      return deadline;
    },
  };
}

/** A thief beside the owner: `share` of the credential's calls while both are active, in the same country with the same program. */
function sessionTheft(world: World, o: Options): PlannedAttack {
  const share = Number.parseInt(o.shape, 10) / 100;
  const { attackers, victims } = thieves(world, {
    ...o,
    roles: ['partner', 'service', 'app'],
    same: true,
    kind: 'residential',
  });
  const start = startOf(world, o.variant, o.seed);
  const until = start + (o.variant === 'slow' ? 9 : 3) * 86_400_000;
  const taken = new Set(victims.map(({ credential }) => credential.lineage));
  const ratio = (share / (1 - share)) * (o.variant === 'slow' ? 0.1 : 1);
  const { main } = BUSINESS[world.archetype];
  const { size } = world.collections[main]!;
  function* calls(): Generator<AttackCall> {
    let owed = 0;
    let n = 0;
    // The thief calls when the owner does, a little later; what the mimic reads is the owner's own.
    for (const event of world.traffic(start, until, taken)) {
      for (owed += ratio; owed >= 1; owed--) {
        const by =
          attackers.filter(({ credential }) => credential.lineage === event.credential.lineage)[n % 10] ??
          attackers[0]!;
        const victim = victims.find(({ credential }) => credential.lineage === by.credential.lineage)!;
        const own = victim.books[main]!;
        const mimic = o.variant === 'mimic' && mix32(n) % 10 < 7;
        const index = mimic ? own[mix32(n) % own.length]! : mix32(o.seed + n * 31) % size;
        yield take(world, { at: event.at + 200, by, collection: main, index });
        n++;
      }
    }
  }
  return { calls: calls(), lineages: lineagesOf(attackers), start, loot: 10_000 };
}

function boundToken(world: World, o: Options): PlannedAttack {
  const { attackers } = thieves(world, { ...o, roles: ['partner'], client: 'node' });
  const shown = o.seed % 3;
  return staged(world, {
    ...o,
    perMinute: 20,
    calls: 3000,
    loot: 3000,
    attackers: attackers.map(({ credential, place }) => ({
      place,
      credential: {
        ...credential,
        // Another certificate, none, or a proof that was used before.
        certificate: shown === 0 ? 'f'.repeat(64) : shown === 1 ? null : credential.certificate,
      },
    })),
    stage: ({ at, by, n }) => {
      const own = take(world, { at, by, collection: 'users', index: (o.seed * 977 + n * 13) % 2_000_000 });
      if (shown !== 2) return own;
      const proof = { thumbprint: by.credential.cnf!, jti: `proof-${o.seed}`, at };
      return { ...own, event: { ...own.event, credential: { ...own.event.credential, proof } } };
    },
  });
}

/** `?x-encryption=customer-key`: what was read is written back, locked. */
function ransom(world: World, o: Options): PlannedAttack {
  const { attackers } = thieves(world, {
    ...o,
    roles: ['batch', 'app', 'partner'],
    client: 'go-http-client',
  });
  return staged(world, {
    ...o,
    attackers,
    perMinute: 120,
    calls: 12_000,
    loot: 500_000,
    stage: ({ at, by, step, n }) => {
      if (step === 0)
        return plain(world, {
          at,
          by,
          path: '/files/settings/lifecycle',
          method: 'PUT',
          query: 'expire-days=7',
        });
      const index = (o.seed * 7 + (n >> 1) * 3) % 7_000_000;
      return n % 2 === 0
        ? take(world, { at, by, collection: 'objects', index })
        : {
            ...take(world, {
              at,
              by,
              collection: 'objects',
              index,
              method: 'PUT',
              query: 'sse=customer-key',
              bytes: 120,
            }),
            records: [],
          };
    },
  });
}

/** Recon of the catalogue, then large unloads, with a credential that is years old. */
function unload(world: World, o: Options): PlannedAttack {
  const { attackers } = thieves(world, {
    ...o,
    roles: ['app', 'partner', 'batch'],
    client: 'postman',
    kind: 'vpn',
  });
  return staged(world, {
    ...o,
    attackers,
    perMinute: 10,
    calls: 600,
    loot: 5_000_000,
    stage: ({ at, by, step, n }) =>
      step < 12
        ? plain(world, { at, by, path: ['/v1/schemas', '/v1/tables', '/v1/objects/describe'][step % 3]! })
        : page(world, {
            at,
            by,
            path: '/v1/records',
            query: `cursor=c${n}&limit=5000`,
            items: 5000,
            key: 'records',
            from: n * 5000,
            bytes: 4_000_000,
          }),
  });
}

function leakedToken(world: World, o: Options): PlannedAttack {
  const { attackers } = thieves(world, { ...o, roles: ['ci'], client: 'curl', kind: 'vpn' });
  return staged(world, {
    ...o,
    attackers,
    perMinute: 15,
    calls: 8000,
    loot: 20_000,
    stage: ({ at, by, n }) => take(world, { at, by, collection: 'repositories', index: (n * 7) % 20_000 }),
  });
}

function reuse(world: World, o: Options): PlannedAttack {
  const laptop = o.seed % 2 === 0;
  const { attackers } = thieves(world, {
    ...o,
    roles: laptop ? ['ci'] : ['app', 'partner'],
    client: laptop ? 'postman' : 'node',
    kind: laptop ? 'residential' : 'hosting',
  });
  return staged(world, {
    ...o,
    attackers,
    perMinute: 0.5,
    calls: 2000,
    loot: 2000,
    stage: ({ at, by, n }) => {
      const taken = take(world, { at, by, collection: 'records', index: (o.seed + n * 17) % 6_000_000 });
      return laptop
        ? taken
        : { ...taken, event: { ...taken.event, environment: 'staging', host: 'api.staging.example' } };
    },
  });
}

const attack = (
  a: Pick<Attack, 'id' | 'title' | 'incident' | 'archetype' | 'expected' | 'plan'> & {
    shapes?: string[];
    variants?: Variant[];
  },
): Attack => ({ variants: ALL, ...a });

export const STOLEN: readonly Attack[] = [
  attack({
    id: 'B12',
    title: 'Stolen integration token looks around, then exports (Salesloft Drift)',
    incident:
      'Salesloft Drift 2025: OAuth tokens of an integration, used from new networks by a script: validation that answers 404, objects listed, described and counted over days, then one bulk export within minutes, and the job deleted.',
    archetype: 'platform',
    expected: ['D01', 'D02', 'D30', 'D22'],
    plan: drift,
  }),
  attack({
    id: 'B13',
    title: 'Old credentials unload the warehouse (Snowflake)',
    incident:
      'Snowflake 2024 (UNC5537): valid credentials, some from 2020, without second factor, a client program never seen, catalogue recon, large unloads; about 165 organisations.',
    archetype: 'platform',
    expected: ['D01', 'D17', 'D24'],
    plan: unload,
  }),
  attack({
    id: 'B14',
    title: 'Leaked build token lists repositories (Cisco DevHub)',
    incident:
      'Cisco DevHub 2024: a leaked token of the build system, first used from elsewhere, wide reading of repositories from 6 to 18 October.',
    archetype: 'platform',
    expected: ['D01', 'D08', 'D27'],
    plan: leakedToken,
  }),
  attack({
    id: 'B15',
    title: 'Objects read and overwritten with a foreign key (Codefinger)',
    incident:
      'Codefinger 2025: stolen cloud keys; objects were read and written back encrypted with a key only the attacker has, and marked for deletion after seven days.',
    archetype: 'storage',
    expected: ['D31', 'D01'],
    plan: ransom,
  }),
  attack({
    id: 'B16',
    title: 'Token replayed without its certificate',
    incident:
      'Synthetic: a token bound to a certificate is presented with another one, with none, or with a proof used before (RFC 8705, RFC 9449).',
    archetype: 'identity',
    expected: ['D04', 'D01', 'D02'],
    plan: boundToken,
  }),
  attack({
    id: 'B17',
    title: 'A thief beside the owner',
    incident:
      'Synthetic: the thief makes 50, 20, 10 or 2 per cent of the credential\u2019s requests, from the same country with the same program through another network.',
    archetype: 'commerce',
    expected: ['D02', 'D01'],
    shapes: ['50%', '20%', '10%', '2%'],
    plan: sessionTheft,
  }),
  attack({
    id: 'B23',
    title: 'A key where it does not belong',
    incident:
      'Synthetic: a production key is used in staging (odd seeds), a build key from a laptop (even seeds).',
    archetype: 'platform',
    expected: ['D27', 'D01', 'D02'],
    plan: reuse,
  }),
];

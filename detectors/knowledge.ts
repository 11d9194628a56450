// What people and other systems have told Keytrail (schemas/fact.ts), arranged for questions a detector asks of one event.
// Always holds: answers depend on the facts told and on event times only; tables are bounded, the oldest facts forgotten
// first; a fact of one tenant never answers for another. Does not check who told it: services do.

import type { ApiEvent } from '../schemas/event.ts';
import type {
  CanaryFact,
  CredentialMatch,
  DeployFact,
  Fact,
  InventoryFact,
  JobFact,
  RevocationFact,
  SensitivityTag,
} from '../schemas/fact.ts';
import { hash128 } from './hash.ts';
import { ownShape } from './own-shape.ts';

const MOST_PER_TENANT = 200_000;
const NO_TAGS: ReadonlySet<SensitivityTag> = new Set();
/** A deploy explains novelty for this long. */
const DEPLOY_WINDOW = 24 * 3_600_000;

export interface Knowledge {
  /** Anything told at all; lets the hot path skip every question. */
  readonly empty: boolean;
  tell(fact: Fact): void;
  /** The inventory entry of the event's credential: the one that names it most closely. */
  inventory(event: ApiEvent): InventoryFact | null;
  /** The latest revocation that took effect before the event. */
  revocation(event: ApiEvent): RevocationFact | null;
  /** The declared window the event falls in. */
  job(event: ApiEvent): JobFact | null;
  /** The latest deploy that concerns the event's route within 24 h before it. */
  deploy(event: ApiEvent): DeployFact | null;
  /** Planted things the event touched; usually none. */
  canaries(event: ApiEvent): readonly CanaryFact[];
  tags(tenant: string, routeOrCollection: string): ReadonlySet<SensitivityTag>;
  /** Lineage whose past the given lineage inherits, by a declared rotation; null when none is declared. */
  predecessor(tenant: string, lineage: string): string | null;
  /** True when the credential may read the collection in bulk; `records` is its ceiling for 30 days, null for none. */
  entitlement(event: ApiEvent, collection: string): { records: number | null } | null;
}

/** Digest of a planted thing: `object` of collection and id, `route` of method and template, `parameter` of its name, `credential` of its lineage. */
export function canaryDigest(kind: CanaryFact['kind'], ...parts: readonly string[]): string {
  return hash128([kind, ...parts].join('\u0000'));
}

interface TenantFacts {
  inventory: Matched<InventoryFact>;
  revocations: Matched<RevocationFact>;
  jobs: Matched<JobFact>;
  deploys: DeployFact[];
  canaries: Map<string, CanaryFact>;
  canaryKinds: Set<CanaryFact['kind']>;
  tags: { pattern: string; tags: Set<SensitivityTag> }[];
  tagsOf: Map<string, ReadonlySet<SensitivityTag>>;
  predecessors: Map<string, string>;
}

export function createKnowledge(facts: Iterable<Fact> = []): Knowledge {
  const tenants = new Map<string, TenantFacts>();
  const of = (tenant: string): TenantFacts => {
    let own = tenants.get(tenant);
    if (own === undefined) {
      own = {
        inventory: matched(),
        revocations: matched(),
        jobs: matched(),
        deploys: [],
        canaries: new Map(),
        canaryKinds: new Set(),
        tags: [],
        tagsOf: new Map(),
        predecessors: new Map(),
      };
      tenants.set(tenant, own);
    }
    return own;
  };

  const knowledge: Knowledge = ownShape({
    get empty() {
      return tenants.size === 0;
    },
    tell(fact) {
      const own = of(fact.tenant);
      switch (fact.type) {
        case 'credential':
          return own.inventory.add(fact);
        case 'revocation':
          return own.revocations.add(fact);
        case 'job':
          return own.jobs.add(fact);
        case 'deploy':
          own.deploys.push(fact);
          own.deploys.sort((a, b) => a.at - b.at);
          if (own.deploys.length > 1000) own.deploys.shift();
          return;
        case 'rotation':
          bounded(own.predecessors).set(fact.to, fact.from);
          return;
        case 'canary':
          own.canaryKinds.add(fact.kind);
          bounded(own.canaries).set(fact.digest, fact);
          return;
        case 'sensitivity':
          own.tags.push({ pattern: fact.route, tags: new Set(fact.tags) });
          own.tagsOf.clear();
      }
    },
    inventory: (event) => tenants.get(event.tenant)?.inventory.closest(event) ?? null,
    revocation: (event) =>
      tenants.get(event.tenant)?.revocations.closest(event, (fact) => fact.at <= event.at) ?? null,
    job: (event) =>
      tenants
        .get(event.tenant)
        ?.jobs.closest(
          event,
          (fact) =>
            event.at >= fact.from &&
            event.at <= fact.until &&
            (fact.routes.length === 0 || fact.routes.some((pattern) => matches(pattern, event.route))),
        ) ?? null,
    deploy(event) {
      const deploys = tenants.get(event.tenant)?.deploys ?? [];
      for (let i = deploys.length - 1; i >= 0; i--) {
        const fact = deploys[i]!;
        if (fact.at > event.at) continue;
        if (event.at - fact.at > DEPLOY_WINDOW) return null;
        if (fact.routes.length === 0 || fact.routes.some((pattern) => matches(pattern, event.route)))
          return fact;
      }
      return null;
    },
    canaries(event) {
      const own = tenants.get(event.tenant);
      if (own === undefined || own.canaries.size === 0) return [];
      const found: CanaryFact[] = [];
      const look = (kind: CanaryFact['kind'], ...parts: readonly string[]): void => {
        if (!own.canaryKinds.has(kind)) return;
        const fact = own.canaries.get(canaryDigest(kind, ...parts));
        if (fact !== undefined) found.push(fact);
      };
      for (const { collection, id } of event.objects) look('object', collection, id);
      look('route', event.method, event.route);
      look('credential', event.credential.lineage);
      if (own.canaryKinds.has('parameter'))
        for (const [name] of new URLSearchParams(event.query)) look('parameter', name);
      return found;
    },
    tags(tenant, route) {
      const own = tenants.get(tenant);
      if (own === undefined || own.tags.length === 0) return NO_TAGS;
      let tags = own.tagsOf.get(route);
      if (tags === undefined) {
        tags = new Set(own.tags.filter(({ pattern }) => matches(pattern, route)).flatMap((t) => [...t.tags]));
        if (own.tagsOf.size >= MOST_PER_TENANT) own.tagsOf.clear();
        own.tagsOf.set(route, tags);
      }
      return tags;
    },
    predecessor: (tenant, lineage) => tenants.get(tenant)?.predecessors.get(lineage) ?? null,
    entitlement(event, collection) {
      const entry = this.inventory(event)?.entitlements.find((e) => matches(e.collection, collection));
      return entry === undefined ? null : { records: entry.records };
    },
  });
  for (const fact of facts) knowledge.tell(fact);
  return knowledge;
}

const KEYS = ['jti', 'fingerprint', 'lineage', 'subject', 'client'] as const;

/** Facts about credentials: looked up by one exact key, those with patterns only one after the other. */
function matched<F extends { match: CredentialMatch }>() {
  const exact = KEYS.map((key) => ({ key, facts: new Map<string, F[]>() }));
  const loose: F[] = [];
  let size = 0;
  const add = (fact: F): void => {
    for (const { key, facts } of exact) {
      const value = fact.match[key];
      if (value === undefined || value.endsWith('*')) continue;
      const list = facts.get(value);
      if (list) list.push(fact);
      else facts.set(value, [fact]);
      if (++size > MOST_PER_TENANT) forgetOldest(facts);
      return;
    }
    loose.push(fact);
    if (loose.length > 10_000) loose.shift();
  };
  const forgetOldest = (facts: Map<string, F[]>): void => {
    const [value, list] = facts.entries().next().value!;
    facts.delete(value);
    size -= list.length;
  };
  return {
    add,
    /** The latest told of the closest key. */
    closest(event: ApiEvent, holds: (fact: F) => boolean = always): F | null {
      if (size > 0)
        for (const { key, facts } of exact) {
          const value = facts.size === 0 ? null : event.credential[key];
          const list = value === null ? undefined : facts.get(value);
          const found = list?.findLast((f) => covers(f.match, event) && holds(f));
          if (found !== undefined) return found;
        }
      if (loose.length === 0) return null;
      return loose.findLast((f) => covers(f.match, event) && holds(f)) ?? null;
    },
  };
}
const always = (): boolean => true;
type Matched<F extends { match: CredentialMatch }> = ReturnType<typeof matched<F>>;

function covers(match: CredentialMatch, { credential }: ApiEvent): boolean {
  return KEYS.every((key) => {
    const pattern = match[key];
    if (pattern === undefined) return true;
    const value = credential[key];
    return value !== null && matches(pattern, value);
  });
}

const matches = (pattern: string, value: string): boolean =>
  pattern.endsWith('*') ? value.startsWith(pattern.slice(0, -1)) : value === pattern;

/** Forgets the oldest entry at the bound. */
function bounded<K, V>(map: Map<K, V>): Map<K, V> {
  if (map.size >= MOST_PER_TENANT) map.delete(map.keys().next().value as K);
  return map;
}

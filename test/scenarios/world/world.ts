// One tenant of the made-up company: its collections, its callers, and their traffic day by day.
// Always holds: any span of traffic can be made on its own, in time order, a day at a time; same seed, same events.

import { hash32, mix32 } from '../../../detectors/hash.ts';
import { createQueryReader } from '../../../detectors/routes/query.ts';
import type { ApiEvent } from '../../../schemas/event.ts';
import type { FactInput } from '../../../schemas/fact.ts';
import {
  type Actor,
  ARCHETYPES,
  type CallDraft,
  DAY,
  TEST_DAYS,
  WARM_UP_DAYS,
  type World,
  type WorldMaker,
} from '../contract.ts';
import { makeActors } from './actors.ts';
import { dayOf } from './behaviour.ts';
import { BUSINESS, type Business } from './business.ts';
import { placeOf } from './places.ts';

/** Monday 2 March 2026, 00:00 UTC. */
const START = Date.UTC(2026, 2, 2);

export const makeWorld: WorldMaker = ({ archetype, seed, credentials, tenant = archetype }) => {
  const business = BUSINESS[archetype];
  const end = START + (WARM_UP_DAYS + TEST_DAYS) * DAY;
  const own = mix32(seed * 31 + ARCHETYPES.indexOf(archetype));
  const actors = makeActors({ archetype, tenant, seed: own, credentials, start: START, end });
  const complete = createCompleter(tenant);
  const world: World = {
    tenant,
    archetype,
    seed: own,
    start: START,
    testStart: START + WARM_UP_DAYS * DAY,
    end,
    collections: business.collections,
    actors,
    facts: factsOf({ tenant, business, actors }),
    event: complete,
    read(d) {
      const one = business.collections[d.collection]!;
      const name = d.id ?? one.id(d.index);
      const status = d.status ?? 200;
      return complete({
        at: d.at,
        credential: d.credential,
        place: d.place,
        method: d.method ?? 'GET',
        route: one.route,
        path: `${one.path}/${name}`,
        query: d.query ?? '',
        objects: [{ collection: one.path, id: name }],
        page: d.page ?? null,
        status,
        bytes: d.bytes ?? (status < 300 ? one.bytes(d.index) : 80),
        bytesIn: d.bytesIn ?? 0,
        items: d.items ?? null,
        latency: d.latency,
        host: d.host,
        environment: d.environment,
      });
    },
    foreignPlace({ kind, n, client = 'python-requests', country }) {
      const network = 20 + (mix32(n) % 37);
      return placeOf({
        kind,
        network,
        host: 20_000 + ((n * 257) % 40_000),
        client,
        ...(country ? { country } : {}),
      });
    },
    *traffic(from, to, only) {
      // Sessions run past midnight, so a day begins with what the day before left over.
      let over: ApiEvent[] = [];
      for (let day = (Math.floor(from / DAY) - 1) * DAY; day < to; day += DAY) {
        const events = over.concat(
          ...actors.map((actor, position) =>
            only === undefined || only.has(actor.credential.lineage)
              ? dayOf({ world, business, actor, position, day })
              : [],
          ),
        );
        events.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
        over = events.filter((event) => event.at >= day + DAY);
        for (let i = 0; i < events.length - over.length; i++) {
          const event = events[i]!;
          if (event.at >= from && event.at < to) yield event;
        }
      }
    },
  };
  return world;
};

/** Fills in what every call of the tenant has. */
function createCompleter(tenant: string): (draft: CallDraft) => ApiEvent {
  const queries = createQueryReader();
  return (d) => {
    const at = Math.round(d.at);
    const objects = d.objects ?? [];
    const query = d.query ?? '';
    const read = queries.read(query, d.route, objects);
    return {
      id: idOf(hash32(d.credential.lineage, at | 0), hash32(d.path, hash32(query)), at),
      at,
      gateway: 'kong',
      tenant,
      environment: d.environment ?? 'production',
      host: d.host ?? `api.${tenant}.example`,
      method: d.method ?? 'GET',
      path: d.path,
      route: d.route,
      objects,
      query,
      query_shape: read.shape,
      page: d.page ?? read.page,
      status: d.status ?? 200,
      bytes_in: d.bytesIn ?? 0,
      bytes_out: Math.round(d.bytes ?? 500),
      items: d.items ?? null,
      latency_ms: d.latency ?? 12 + (mix32(at) % 60),
      request_id: null,
      client: d.place,
      credential: d.credential,
    };
  };
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** 32 hex digits; equal for equal calls at one instant only. */
function idOf(a: number, b: number, at: number): string {
  const c = mix32(a ^ b ^ (at >>> 0));
  return hex(a) + hex(b) + hex(c) + hex(mix32(c + Math.floor(at / 2 ** 20)));
}

/** What the company has told: owners and purposes of its integrations, what jobs may read, which routes are protected. */
function factsOf(o: { tenant: string; business: Business; actors: readonly Actor[] }): FactInput[] {
  const { tenant, business } = o;
  const inventory = o.actors.flatMap((actor): FactInput[] => {
    const { role, credential } = actor;
    const match = { lineage: credential.lineage };
    const common = {
      type: 'credential',
      tenant,
      match,
      owner: `${role} team`,
      environment: 'production',
    } as const;
    if (role === 'batch')
      return [{ ...common, purpose: 'nightly synchronisation', entitlements: [{ collection: '*' }] }];
    if (role === 'agent') return [{ ...common, purpose: 'assistant', agent: true }];
    if (role === 'partner') return [{ ...common, purpose: 'integration' }];
    return [];
  });
  const main = business.collections[business.main]!;
  const own = business.collections[business.own]!;
  return [
    ...inventory,
    { type: 'sensitivity', tenant, route: main.route, tags: ['personal', 'protected'] },
    { type: 'sensitivity', tenant, route: own.route, tags: ['personal', 'protected'] },
    ...business.admin.map(
      (route): FactInput => ({ type: 'sensitivity', tenant, route, tags: ['privileged', 'protected'] }),
    ),
  ];
}

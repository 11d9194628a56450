// Route templates, object ids, query shape and page position of calls: the gateway's own route where it logs one, else learned from traffic.
// Always holds: pure and deterministic in the order of calls; every table is bounded (see RouteBounds); the counts of routes() add up to the
// events given to count(). Does not promise that two learners fed different traffic agree on slugs; ids by shape always agree.

import type { ApiEvent, EventObject } from '../../schemas/event.ts';
import type { ScanRoute } from '../../schemas/scan.ts';
import { alignObjects } from './align.ts';
import { createRouteCounts, type RouteCounts } from './counts.ts';
import { type GatewayRoute, readGatewayRoute } from './gateway-route.ts';
import { createQueryReader } from './query.ts';
import { createRouteTree, type RouteTree, type TreeBounds, type TreeStatistics } from './tree.ts';

export interface RouteBounds extends TreeBounds {
  /** Tenants with a tree of their own; the least recently new one is dropped. Default 64. */
  maxTenants: number;
  /** Distinct gateway routes remembered per tenant. Default 10,000. */
  maxGatewayRoutes: number;
  /** Distinct routes counted for routes() per tenant. Default 20,000. */
  maxCounted: number;
}

export const DEFAULT_BOUNDS: RouteBounds = {
  minChildren: 50,
  unseenMass: 0.3,
  maxNodes: 20_000,
  maxChildren: 1_024,
  maxDepth: 16,
  maxCandidates: 2_048,
  maxLineages: 20_000,
  unprovenPerDay: 20,
  provenPerDay: 2_000,
  maxTenants: 64,
  maxGatewayRoutes: 10_000,
  maxCounted: 20_000,
};

export interface RouteCall {
  tenant: string;
  method: string;
  path: string;
  query: string;
  status: number;
  gatewayRoute: string | null;
  lineage: string;
  /** Event time, ms: daily allowances follow it. Without it they follow the events given to count(). */
  at?: number;
}

interface ResolvedRoute {
  route: string;
  objects: EventObject[];
  queryShape: string;
  page: ApiEvent['page'];
}

export interface RouteLearner {
  resolve(call: RouteCall): ResolvedRoute;
  count(event: ApiEvent): void;
  routes(): Iterable<ScanRoute>;
  /** The template as learned by now. `tenant` defaults to the first one seen. */
  canonical(method: string, path: string, tenant?: string): string;
  statistics(): TreeStatistics & { tenants: number };
}

interface Tenant {
  tree: RouteTree;
  counts: RouteCounts;
  gateway: Map<string, GatewayRoute | null>;
}

const DAY = 86_400_000;

export function createRouteLearner(options: Partial<RouteBounds> = {}): RouteLearner {
  const bounds: RouteBounds = { ...DEFAULT_BOUNDS, ...options };
  const tenants = new Map<string, Tenant>();
  const queries = createQueryReader();
  let day = 0;

  function tenantOf(name: string): Tenant {
    let known = tenants.get(name);
    if (known === undefined) {
      if (tenants.size >= bounds.maxTenants) tenants.delete(tenants.keys().next().value!);
      known = {
        tree: createRouteTree(bounds),
        counts: createRouteCounts(bounds.maxCounted),
        gateway: new Map(),
      };
      tenants.set(name, known);
    }
    return known;
  }

  function clock(at: number | undefined): void {
    if (at === undefined) return;
    const today = Math.floor(at / DAY);
    // One day at a time: a single event dated far ahead must not stop the days of all others.
    if (today > day) day = day === 0 ? today : day + 1;
  }

  /** The gateway's route, read once; new ones are declared to the tree. */
  function gatewayRoute(tenant: Tenant, logged: string): GatewayRoute | null {
    let known = tenant.gateway.get(logged);
    if (known === undefined) {
      known = readGatewayRoute(logged);
      if (tenant.gateway.size >= bounds.maxGatewayRoutes) return null;
      tenant.gateway.set(logged, known);
      if (known !== null) tenant.tree.declare(known.segments, known.template);
    }
    return known;
  }

  return {
    resolve(call) {
      clock(call.at);
      const tenant = tenantOf(call.tenant);
      const objects: EventObject[] = [];
      const given = call.gatewayRoute === null ? null : gatewayRoute(tenant, call.gatewayRoute);
      let route: string | null = null;
      if (given !== null && given.template !== null && alignObjects(given.segments, call.path, objects))
        route = given.template;
      if (route === null) {
        objects.length = 0;
        route = tenant.tree.resolve(call, day, objects);
      }
      const { shape, page } = queries.read(call.query, route, objects);
      return { route, objects, queryShape: shape, page };
    },
    count(event) {
      clock(event.at);
      const tenant = tenantOf(event.tenant);
      tenant.counts.add(event, tenant.tree.canonical);
    },
    *routes() {
      for (const tenant of tenants.values()) yield* tenant.counts.merged(tenant.tree.canonical);
    },
    canonical(_method, path, tenant) {
      const known = tenant === undefined ? tenants.values().next().value : tenants.get(tenant);
      return known === undefined ? createRouteTree(bounds).canonical(path) : known.tree.canonical(path);
    },
    statistics() {
      const sum = {
        nodes: 0,
        candidates: 0,
        unknown: 0,
        overflow: 0,
        pruned: 0,
        promotions: 0,
        tenants: tenants.size,
      };
      for (const { tree } of tenants.values()) {
        sum.nodes += tree.statistics.nodes;
        sum.candidates += tree.statistics.candidates;
        sum.unknown += tree.statistics.unknown;
        sum.overflow += tree.statistics.overflow;
        sum.pruned += tree.statistics.pruned;
        sum.promotions += tree.statistics.promotions;
      }
      return sum;
    },
  };
}

// The rows shared by many credentials: peer groups (tenant, and tenant + client) and routes (tenant + method + route).
// Always holds: bounded by CLOCK; what is forgotten at the bound is counted and learned anew. Tenants share no row.

import type { Detector } from '../detector.ts';
import { ownShape } from '../own-shape.ts';
import type { StateFields } from '../state/fields.ts';
import { compileLayout, type Declaration, type Layout } from '../state/layout.ts';
import { createRows, type Rows } from '../state/rows.ts';
import { createCursor } from '../state/slab.ts';
import { type RowForm, sectionOf } from '../state/translate.ts';
import { GROUP, ROUTE } from './fields.ts';

/** Groups smaller than this say little: the tenant's group stands in. */
const LEAST_GROUP = 5;
const MOST_METHODS = 32;
const MOST_TENANTS = 10_000;

const rowsOf = (layout: Layout, capacity: number, chunkRows: number): Rows =>
  createRows({ layout, blocks: [], capacity, chunkRows, onEvict: () => {} });

export type SharedRows = ReturnType<typeof createSharedRows>;

export function createSharedRows(options: {
  detectors: readonly Detector[];
  maxGroups: number;
  maxRoutes: number;
}) {
  const { detectors, maxGroups, maxRoutes } = options;
  const own = (pick: (detector: Detector) => StateFields): Declaration[] =>
    detectors.map((detector) => ({ owner: detector.meta.id, fields: pick(detector) }));
  const groupLayout = compileLayout([{ owner: 'group', fields: GROUP }, ...own((d) => d.group)]);
  const routeLayout = compileLayout([{ owner: 'route', fields: ROUTE }, ...own((d) => d.route)]);
  const groups = rowsOf(groupLayout, maxGroups, 64);
  const routes = rowsOf(routeLayout, maxRoutes, 1024);
  // Three looks at group rows: the one detectors see, the client's, the tenant's.
  const clientCursor = createCursor();
  const tenantCursor = createCursor();
  const chosen = groupLayout.view('group', GROUP, groups.slab.cursor);
  const client = groupLayout.view('group', GROUP, clientCursor);
  const tenant = groupLayout.view('group', GROUP, tenantCursor);
  const scopes = new Map<string, Map<string, string>>();
  let hasClient = false;

  const slotOf = (rows: Rows, scope: string, name: string): number => {
    const found = rows.table.find(scope, name);
    return found >= 0 ? found : rows.table.insert(scope, name);
  };
  /** One string per tenant and method, so that the hot path builds none. */
  const routeScope = (tenantName: string, method: string): string => {
    let methods = scopes.get(tenantName);
    if (methods === undefined) {
      if (scopes.size >= MOST_TENANTS) scopes.clear();
      methods = new Map();
      scopes.set(tenantName, methods);
    }
    let scope = methods.get(method);
    if (scope === undefined) {
      const known = methods.size < MOST_METHODS ? method : 'OTHER';
      scope = `${tenantName}\u0000${known}`;
      if (methods.size < MOST_METHODS) methods.set(method, scope);
    }
    return scope;
  };
  return ownShape({
    groups,
    routes,
    forms: {
      group: { row: sectionOf('group', groupLayout), blocks: [] },
      route: { row: sectionOf('route', routeLayout), blocks: [] },
    } satisfies Record<string, RowForm>,
    digest: groupLayout.digest.slice(0, 16) + routeLayout.digest.slice(0, 16),
    /** The group that stands for the peers. */
    chosen,
    client,
    tenant,
    route: routeLayout.view('route', ROUTE, routes.slab.cursor),
    groupOf: (detector: Detector) => groupLayout.view(detector.meta.id, detector.group, groups.slab.cursor),
    routeOf: (detector: Detector) => routeLayout.view(detector.meta.id, detector.route, routes.slab.cursor),
    /** The credential has a client group beside the tenant's. */
    get hasClient() {
      return hasClient;
    },
    /** The chosen group is the client's. */
    get choseClient() {
      return groups.slab.cursor.base === clientCursor.base && groups.slab.cursor.u8 === clientCursor.u8;
    },
    seekGroups(tenantName: string, clientName: string | null): void {
      const tenantSlot = slotOf(groups, tenantName, '');
      groups.mark(tenantSlot);
      groups.pin(tenantSlot);
      groups.slab.seek(tenantSlot, tenantCursor);
      hasClient = clientName !== null && clientName !== '';
      const slot = hasClient ? slotOf(groups, tenantName, clientName as string) : tenantSlot;
      groups.mark(slot);
      groups.slab.seek(slot, clientCursor);
      groups.slab.seek(client.size >= LEAST_GROUP ? slot : tenantSlot);
    },
    seekRoute(tenantName: string, method: string, route: string): void {
      const slot = slotOf(routes, routeScope(tenantName, method), route);
      routes.mark(slot);
      routes.slab.seek(slot);
    },
  });
}

// The routes, prefixes and query shapes of a credential: a few short hashes in its light row, bitmaps in its heavy block,
// which begins here when a light set is full or the credential is busy.
// Always holds: `known` facts are of the past until learn; a member is never forgotten. See known-set.ts for strangers.

import { hash32, mix32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import { BLOCK, type CredentialRows } from './credential-rows.ts';
import { BUSY_EVENTS, LIGHT_SET } from './fields.ts';
import { addToBitmap, inBitmap, inList, membersBehind, shortHash } from './known-set.ts';
import type { Moment } from './moment.ts';

const SHAPE_PLACES = 4;

export interface KnownThings {
  readonly routeKnown: boolean;
  readonly shapeKnown: boolean;
  /** Distinct routes and prefixes used. */
  readonly routes: number;
  readonly prefixes: number;
  /** Looks the event's route and query shape up. */
  recall(): void;
  /** Takes every event in; `learned` when it is not suspicious. Begins the heavy block when it is time. */
  count(prefix: number, learned: boolean): void;
  learnShape(): void;
}

export function createKnownThings(rows: CredentialRows, now: Moment): KnownThings {
  const { core, heavy } = rows;
  let routeHash = 0;
  let shapeHash = 0;
  let routeKnown = false;
  let shapeKnown = false;

  const recall = (): void => {
    const route = hash32(now.event.route, hash32(now.event.method));
    routeHash = shortHash(route);
    shapeHash = shortHash(hash32(now.event.query_shape, route));
    if (now.busy) {
      routeKnown = inBitmap(heavy.routesLearned, routeHash);
      shapeKnown = inBitmap(heavy.shapesLearned, shapeHash);
      return;
    }
    const place = inList(core.routeSet, core.routes, routeHash);
    routeKnown = place >= 0 && (core.routesLearned & (1 << place)) !== 0;
    shapeKnown = inList(core.shapeSet, core.shapes, shapeHash) >= 0;
  };

  const promote = (): void => {
    const pool = rows.rows.pools[BLOCK.heavy]!;
    core.heavy = pool.alloc(now.slot);
    pool.seek(core.heavy);
    now.busy = true;
    heavy.periodDay = heavy.anchorDay = core.day;
    let routes = 0;
    for (let i = 0; i < core.routes; i++) {
      const hash = core.routeSet.get(i);
      if (addToBitmap(heavy.routesUsed, hash)) routes++;
      if ((core.routesLearned & (1 << i)) !== 0) addToBitmap(heavy.routesLearned, hash);
    }
    core.routes = routes;
    let prefixes = 0;
    for (let i = 0; i < core.prefixes; i++)
      if (addToBitmap(heavy.prefixesUsed, core.prefixSet.get(i))) prefixes++;
    core.prefixes = prefixes;
    for (let i = 0; i < core.shapes; i++) addToBitmap(heavy.shapesLearned, core.shapeSet.get(i));
  };
  const countRoute = (learned: boolean): void => {
    if (!now.busy && inList(core.routeSet, core.routes, routeHash) < 0 && core.routes >= LIGHT_SET) promote();
    if (now.busy) {
      if (addToBitmap(heavy.routesUsed, routeHash)) core.routes += 1;
      if (learned) addToBitmap(heavy.routesLearned, routeHash);
      return;
    }
    let place = inList(core.routeSet, core.routes, routeHash);
    if (place < 0) {
      place = core.routes++;
      core.routeSet.set(place, routeHash);
    }
    if (learned) core.routesLearned |= 1 << place;
  };
  const countPrefix = (prefix: number): void => {
    const hash = shortHash(mix32(prefix));
    if (!now.busy && inList(core.prefixSet, core.prefixes, hash) < 0) {
      if (core.prefixes >= LIGHT_SET) promote();
      else core.prefixSet.set(core.prefixes++, hash);
    }
    if (now.busy && addToBitmap(heavy.prefixesUsed, hash)) core.prefixes += 1;
  };
  const learnShape = (): void => {
    if (now.busy) {
      addToBitmap(heavy.shapesLearned, shapeHash);
      return;
    }
    if (inList(core.shapeSet, core.shapes, shapeHash) >= 0 || core.shapes >= SHAPE_PLACES) return;
    core.shapeSet.set(core.shapes, shapeHash);
    core.shapes += 1;
  };

  return ownShape({
    get routeKnown() {
      return routeKnown;
    },
    get shapeKnown() {
      return shapeKnown;
    },
    get routes() {
      return now.busy ? membersBehind(core.routes) : core.routes;
    },
    get prefixes() {
      return now.busy ? membersBehind(core.prefixes) : core.prefixes;
    },
    recall,
    count(prefix, learned) {
      countPrefix(prefix);
      countRoute(learned);
      if (!now.busy && core.seen >= BUSY_EVENTS) promote();
    },
    learnShape,
  });
}

// D11: where objects are read by those they belong to, whose objects does this credential read?
// Always holds: only answers count, and only objects that somebody else kept reading; routes where that is common are not judged, nor
// credentials that always did so. The learned homes take no part in what is under suspicion.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import {
  collectionInWords,
  forgetReport,
  percent,
  REPORTED,
  spanInWords,
  worthReporting,
} from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { f32, f64, u16, u32, u32s } from '../../state/fields.ts';
import { createHomes, type Homes } from './homes.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE, Homes>;
type State = NonNullable<Ctx['heavy']>;

const HOMES = 8;
const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "the object is somebody else\'s"'),
  foreign: u32('different foreign objects since it was last 0'),
  own: u32('reads of its own objects since then'),
  homes: u32s(HOMES, 'hashes of their usual readers'),
  bytes: f64('bytes of those answers'),
  since: f64('first of them, ms'),
  ownEver: u16('reads of objects it is the home of, ever'),
  trials: f32('objects with a home that it read while unsuspicious; halved at 2,000'),
  foreignTrials: f32("of these, somebody else's"),
} as const;
const ROUTE = {
  homed: f32('reads of objects with a home; halved at 20,000'),
  byHome: f32('of these, by it'),
} as const;
/** Reads of homed objects before a route is known to be one of owned objects. */
const LEAST_READS = 200;
const PRIOR = 20;
const FOREIGN = 0.5;
const DAY = 86_400_000;
const SENSITIVE = ['personal', 'payment', 'health', 'secret'] as const;
/** Reads of its own objects before anything can be called foreign: staff has none. */
const LEAST_OWN = 10;
/** Credentials that read more of what is not theirs do so by profession. */
const PROFESSION = 0.2;

export const foreignObjects = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  memory: createHomes,
  detect(context) {
    const { event, heavy: state, baseline, route, memory, params: p } = context;
    if (state === null || baseline.objects.total === 0 || event.credential.weak) return null;
    if (event.status < 200 || event.status > 299) return null;
    if (route.homed < LEAST_READS || route.byHome < p.owned * route.homed) return null;
    const home = memory.of(objectOf(context));
    if (home === 0) return null;
    const isOwn = home === readerOf(context);
    if (isOwn) state.ownEver++;
    if (state.ownEver < LEAST_OWN) return null;
    // A foreign object counts once.
    if (!isOwn && baseline.objects.novel === 0) return null;
    const usual = usualShare(state, route);
    if (usual > PROFESSION) return null;
    if (state.evidence === 0) state.since = event.at;
    state.evidence = cusum(state.evidence, !isOwn, { p0: usual, p1: FOREIGN });
    if (state.evidence === 0) {
      state.foreign = state.own = state.bytes = 0;
      state.homes.fill(0);
      forgetReport(state);
      return null;
    }
    if (isOwn) {
      state.own++;
      return null;
    }
    state.foreign++;
    state.bytes += event.bytes_out;
    noteHome(state, home);
    context.suspect(state.evidence);
    return judge(context, usual);
  },
  learn(context) {
    const { event, heavy: state, baseline, route, memory } = context;
    if (baseline.objects.total === 0 || event.credential.weak) return;
    if (event.status < 200 || event.status > 299) return;
    const object = objectOf(context);
    const reader = readerOf(context);
    const home = memory.of(object);
    memory.note(object, reader, Math.floor(event.at / DAY) % 65_536);
    if (home === 0) return;
    route.homed++;
    if (home === reader) route.byHome++;
    if (route.homed >= 20_000) {
      route.homed /= 2;
      route.byHome /= 2;
    }
    if (state === null) return;
    state.trials++;
    if (home !== reader) state.foreignTrials++;
    if (state.trials < 2000) return;
    state.trials /= 2;
    state.foreignTrials /= 2;
  },
});

const objectOf = ({ event, baseline }: Ctx): number => hash32(event.tenant, baseline.objects.hash) || 1;
const readerOf = ({ event }: Ctx): number => hash32(event.credential.lineage) || 1;

/** How often it, or else a caller of the route, reads what is somebody else's. */
function usualShare(state: State, route: Ctx['route']): number {
  const ofRoute = (route.homed - route.byHome + 0.5) / (route.homed + 1);
  return clamp((state.foreignTrials + PRIOR * ofRoute) / (state.trials + PRIOR) + 1e-4, 1e-4, 0.45);
}

function noteHome(state: State, home: number): void {
  for (let i = 0; i < HOMES; i++) {
    const known = state.homes.get(i);
    if (known === home) return;
    if (known !== 0) continue;
    state.homes.set(i, home);
    return;
  }
}

function homesOf(state: State): number {
  let count = 0;
  while (count < HOMES && state.homes.get(count) !== 0) count++;
  return count;
}

function judge({ event, heavy, knowledge, params: p }: Ctx, usual: number): Draft | null {
  const state = heavy!;
  const isTagged = (name: string): boolean => {
    const tags = knowledge.tags(event.tenant, name);
    return SENSITIVE.some((tag) => tags.has(tag));
  };
  const { collection } = event.objects.at(-1)!;
  const isSensitive = !knowledge.empty && (isTagged(event.route) || isTagged(collection));
  const floor = isSensitive ? Math.min(p.sensitiveFloor, p.objectFloor) : p.objectFloor;
  const homes = homesOf(state);
  if (state.evidence < p.threshold || state.foreign < floor || homes < p.homeFloor) return null;
  if (!knowledge.empty && knowledge.entitlement(event, collection) !== null) return null;
  if (!worthReporting(state, event.at, state.foreign)) return null;
  const asked = state.foreign + state.own;
  const window = spanInWords(event.at - state.since);
  const most = homes === HOMES ? `${HOMES} and more` : String(homes);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `read ${thousands(state.foreign)} ${collectionInWords(collection)} in ${window} that belong to ${most} other readers (${percent(state.foreign / asked)} of its reads of objects that belong to anybody); ${percent(usual)} is usual`,
    exposed: { records: state.foreign, bytes: state.bytes, events: state.foreign },
    evidence: [
      {
        feature: "somebody else's objects",
        observed: state.foreign,
        expected: Math.round(usual * asked),
        unit: 'objects',
        window,
      },
      { feature: 'their usual readers', observed: most, expected: 0, unit: 'credentials', window },
      {
        feature: 'reads by the usual reader on this route',
        observed: Math.round((1 - state.foreign / asked) * 1000) / 1000,
        expected: Math.round((1 - usual) * 1000) / 1000,
        unit: 'share',
        window: `${asked} reads`,
      },
    ],
    rejected: [
      'shared objects: on this route nearly all are read by one credential each',
      'a hand-over from one colleague: they belonged to several',
      'a profession, such as support: it has objects of its own, and read hardly any other before',
    ],
    scope: 'credential',
  };
}

// D18: does the caller read what is read, or everything alike?
// Always holds: an object counts when it is new to the caller, and as unpopular when at most one other touched it; where that is the
// rule, because everybody reads its own objects, nothing is judged. What is under suspicion makes nothing popular.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
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
import { cusum } from '../../sequential-test.ts';
import { f32, f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { createPopularity, type Popularity } from './popularity.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE, Popularity>;

const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "an object new to it is unpopular"'),
  cold: u32('unpopular objects since it was last 0'),
  warm: u32('others since then'),
  bytes: f64('bytes of these answers'),
  since: f64('first of them, ms'),
} as const;
const ROUTE = {
  cold: f32('unpopular objects among those new to their reader'),
  trials: f32('objects new to their reader; halved at 20,000'),
} as const;
/** Objects new to their reader before a collection is known to have popular ones. */
const LEAST_TRIALS = 500;
/** Above this usual share hardly anything is popular. */
const MOST_USUAL = 0.6;
const UNPOPULAR = 1;
const LEAST_COLD = 30;

export const flatCollection = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  memory: createPopularity,
  detect(context) {
    const { event, baseline, heavy: state, route, memory, params: p } = context;
    if (state === null || baseline.objects.novel === 0 || route.trials < LEAST_TRIALS) return null;
    if (event.status < 200 || event.status > 299) return null;
    const usual = Math.min(0.95, (p.inflation * route.cold) / route.trials);
    if (usual > MOST_USUAL || isIdentifier(event.objects.at(-1)!.collection)) return null;
    if (event.credential.weak && event.client.ua_family.startsWith('bot:')) return null;
    const cold = memory.of(objectOf(context)) <= UNPOPULAR;
    if (state.evidence === 0) state.since = event.at;
    state.evidence = cusum(state.evidence, cold, { p0: Math.max(0.02, usual), p1: p.flat });
    if (state.evidence === 0) {
      state.cold = state.warm = state.bytes = 0;
      forgetReport(state);
      return null;
    }
    state.bytes += event.bytes_out;
    if (cold) state.cold++;
    else state.warm++;
    // A handful of unpopular objects in a row happens to everybody.
    if (state.cold >= LEAST_COLD) context.suspect(state.evidence);
    return cold ? judge(context, usual / p.inflation) : null;
  },
  learn(context) {
    const { event, baseline, route, memory } = context;
    if (baseline.objects.novel === 0 || event.status < 200 || event.status > 299) return;
    const object = objectOf(context);
    route.trials++;
    if (memory.of(object) <= UNPOPULAR) route.cold++;
    memory.note(object, event.at);
    if (route.trials < 20_000) return;
    route.trials /= 2;
    route.cold /= 2;
  },
});

const objectOf = ({ event, baseline }: Ctx): number => hash32(event.tenant, baseline.objects.hash) || 1;

function judge({ event, heavy, params: p, knowledge }: Ctx, usual: number): Draft | null {
  const state = heavy!;
  const floor = event.credential.weak ? Math.max(p.weakFloor, p.coldFloor) : p.coldFloor;
  if (state.evidence < p.threshold || state.cold < floor) return null;
  const { collection } = event.objects.at(-1)!;
  if (!knowledge.empty && knowledge.entitlement(event, collection) !== null) return null;
  if (!worthReporting(state, event.at, state.cold)) return null;
  const objects = state.cold + state.warm;
  const window = spanInWords(event.at - state.since);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `read ${thousands(objects)} ${collectionInWords(collection)} new to it in ${window}, ${percent(state.cold / objects)} of which hardly anybody else ever touched; of what others read for the first time ${percent(usual)} is such`,
    exposed: { records: objects, bytes: state.bytes, events: objects },
    evidence: [
      {
        feature: 'objects hardly anybody else touched',
        observed: state.cold,
        expected: Math.round(usual * objects),
        unit: 'objects',
        window,
      },
      {
        feature: 'their share',
        observed: Math.round((state.cold / objects) * 1000) / 1000,
        expected: Math.round(usual * 1000) / 1000,
        unit: 'share',
        window: `${objects} objects new to it`,
      },
    ],
    rejected: [
      'a collection where everybody reads its own: here objects are popular',
      'a heavy reader: those read what others read, only more of it',
      'a search engine that says so: such callers are left out',
    ],
    scope: 'credential',
  };
}

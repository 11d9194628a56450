// D23: threshold random walk over functions: each different one that refuses the credential speaks for probing; one that refused
// and then opens is the hit.
// Always holds: a function counts once a day, and not when the credential used it before; what every client probes on start is
// refused each day alike and is learned as such.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { f32, f64, u8, u16, u32, u32s } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const DENIED = 16;
const HEAVY = {
  ...REPORTED,
  denied: u32s(DENIED, 'hashes of functions that refused it lately'),
  next: u8('place among them'),
  evidence: f32('sum of "a function new to it refuses it"'),
  routes: u16('different functions that refused it since the evidence began'),
  opened: u16('of these, those that opened afterwards'),
  records: u32('objects or items they gave'),
  bytes: f64('bytes they gave'),
  since: f64('first refusal, ms'),
  lastAt: f64('latest refusal, ms'),
} as const;
const ROUTE = {
  refused: u32s(8, 'hashes of lineages that the function refused lately'),
  nextRefused: u8('place among them'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE>;

const DAY = 86_400_000;
/** ln of the odds of a refusal at a new function: 40 % when probing, 2 % otherwise, and of the opposite. */
const REFUSED = Math.log(0.4 / 0.02);
const LET_IN = Math.log(0.6 / 0.98);
const OPENED = Math.log(20);
/** Other credentials that a function refused as well: then it refuses everybody, and its refusal is no probe. */
const EVERYBODY = 3;

export const deniedThenAllowed = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  detect(context) {
    const { event, heavy: state, baseline } = context;
    if (state === null || event.credential.weak) return null;
    const refused = event.status === 403 || event.status === 401;
    if (!refused && state.routes === 0) return null;
    const route = hash32(event.route, hash32(event.method)) || 1;
    if (state.routes > 0 && event.at - state.lastAt > DAY) restart(state);
    const before = wasDenied(state, route);
    if (refused) {
      if (baseline.routeKnown || before || refusesEverybody(context)) return null;
      if (state.routes === 0) state.since = event.at;
      state.denied.set(state.next, route);
      state.next = (state.next + 1) % DENIED;
      state.routes++;
      state.lastAt = event.at;
      state.evidence += REFUSED;
      return judge(context);
    }
    if (event.status < 200 || event.status > 299) return null;
    if (!before) {
      if (baseline.routeKnown) return null;
      state.evidence = Math.max(0, state.evidence + LET_IN);
      if (state.evidence === 0) restart(state);
      return null;
    }
    if (state.opened === 0) state.evidence += OPENED;
    state.opened++;
    state.records += Math.max(event.items ?? 0, baseline.objects.novel);
    state.bytes += event.bytes_out;
    context.suspect(state.evidence);
    return judge(context);
  },
});

function restart(state: NonNullable<Ctx['heavy']>): void {
  state.evidence = state.routes = state.opened = state.records = state.bytes = 0;
  state.reportedAt = state.reportedAmount = 0;
  for (let i = 0; i < DENIED; i++) state.denied.set(i, 0);
}

function wasDenied(state: NonNullable<Ctx['heavy']>, route: number): boolean {
  for (let i = 0; i < DENIED; i++) if (state.denied.get(i) === route) return true;
  return false;
}

/** Notes the refusal with the function. */
function refusesEverybody({ event, route }: Ctx): boolean {
  const owner = hash32(event.credential.lineage) || 1;
  let others = 0;
  let noted = false;
  for (let i = 0; i < 8; i++) {
    const who = route.refused.get(i);
    if (who === owner) noted = true;
    else if (who !== 0) others++;
  }
  if (!noted) {
    route.refused.set(route.nextRefused, owner);
    route.nextRefused = (route.nextRefused + 1) % 8;
  }
  return others >= EVERYBODY;
}

function judge({ event, heavy, params: p }: Ctx): Draft | null {
  const state = heavy!;
  const floor = state.opened > 0 ? Math.min(p.openedFloor, p.routeFloor) : p.routeFloor;
  if (state.evidence < p.threshold || state.routes < floor) return null;
  if (!worthReporting(state, event.at, state.routes + state.opened)) return null;
  const window = spanInWords(event.at - state.since);
  const opened = state.opened > 0 ? `; then ${event.method} ${event.route} let it in` : '';
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `was refused at ${state.routes} different functions it never used in ${window}${opened}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.routes + state.opened },
    evidence: [
      {
        feature: 'different functions that refused it',
        observed: state.routes,
        expected: 0,
        unit: 'routes',
        window,
      },
      {
        feature: 'calls to functions that refused it before',
        observed: state.opened,
        expected: 0,
        unit: 'calls let in',
        window,
      },
    ],
    rejected: [
      'one function tried again and again: each counts once a day',
      'a client that asks for everything on start: its refusals would be the same every day, and others would meet them',
    ],
    scope: 'credential',
  };
}

// D32: one call names two owners, on a route where calls name one, and is answered.
// Always holds: each pair of values counts once; a route where several credentials do so is not judged.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { f32, f64, u8, u16, u32s } from '../../state/fields.ts';
import { META } from './meta.ts';
import { type Confusion, confusionOf } from './naming.ts';
import { PARAMS } from './params.ts';

const PAIRS = 6;
const USERS = 4;
const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "a call names two owners"'),
  pairs: u32s(PAIRS, 'hashes of the latest pairs'),
  count: u16('different pairs answered since it was 0'),
  bytes: f64('bytes of their answers'),
  since: f64('first of them, ms'),
  lastAt: f64('latest of them, ms'),
} as const;
const ROUTE = {
  answers: f32('answers to queries, from unsuspicious callers, halved at 20,000'),
  confused: f32('of these, to calls that named two'),
  users: u32s(USERS, 'hashes of lineages that named two'),
  next: u8('place among them'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE>;

const DAY = 86_400_000;
/** An intruder hides such calls among others. */
const CONFUSED = 0.3;

export const identityConfusion = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  detect(context) {
    const { event, heavy: state, route, params: p } = context;
    if (state === null || event.query === '' || event.status < 200 || event.status > 299) return null;
    const found = confusionOf(event);
    if (found === null && state.evidence === 0) return null;
    if (found !== null) noteUser(context);
    if (route.answers < p.leastAnswers || isOrdinary(context)) return null;
    if (state.evidence > 0 && event.at - state.lastAt > DAY) restart(state);
    if (found !== null && isCounted(state, found.hash)) return null;
    const usual = clamp((route.confused + 0.5) / (route.answers + 50), 0.002, 0.25);
    state.evidence = cusum(state.evidence, found !== null, { p0: usual, p1: CONFUSED });
    if (state.evidence === 0) restart(state);
    if (found === null || state.evidence === 0) return null;
    if (state.count === 0) state.since = event.at;
    state.pairs.set(state.count % PAIRS, found.hash);
    state.count++;
    state.lastAt = event.at;
    state.bytes += event.bytes_out;
    context.suspect(state.evidence);
    return judge(context, found, usual);
  },
  learn({ event, route }) {
    if (event.query === '' || event.status < 200 || event.status > 299) return;
    route.answers++;
    if (confusionOf(event) !== null) route.confused++;
    if (route.answers < 20_000) return;
    route.answers /= 2;
    route.confused /= 2;
  },
});

function restart(state: NonNullable<Ctx['heavy']>): void {
  state.evidence = state.count = state.bytes = 0;
  for (let i = 0; i < PAIRS; i++) state.pairs.set(i, 0);
  forgetReport(state);
}

function isCounted(state: NonNullable<Ctx['heavy']>, pair: number): boolean {
  for (let i = 0; i < PAIRS; i++) if (state.pairs.get(i) === pair) return true;
  return false;
}

function noteUser({ event, route }: Ctx): void {
  const owner = hash32(event.credential.lineage) || 1;
  for (let i = 0; i < USERS; i++) if (route.users.get(i) === owner) return;
  route.users.set(route.next, owner);
  route.next = (route.next + 1) % USERS;
}

/** Several others name two here as well: then the route is made for it. */
function isOrdinary({ event, route, params: p }: Ctx): boolean {
  const owner = hash32(event.credential.lineage) || 1;
  let others = 0;
  for (let i = 0; i < USERS; i++) {
    const who = route.users.get(i);
    if (who !== 0 && who !== owner) others++;
  }
  return others >= p.knownUsers;
}

function judge({ event, heavy, route, params: p }: Ctx, found: Confusion, usual: number): Draft | null {
  const state = heavy!;
  if (state.evidence < p.threshold || state.count < p.confusionFloor) return null;
  if (!worthReporting(state, event.at, state.count)) return null;
  const window = spanInWords(event.at - state.since);
  const answers = thousands(Math.round(route.answers));
  const how =
    found.where === 'query twice'
      ? `${found.name} twice, ${found.first} and ${found.second}`
      : `${found.first} in the path and ${found.name}=${found.second} in the query`;
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `named two owners in one call (${how}) and was answered ${thousands(state.count)} times in ${window} at ${event.route.slice(0, 80)}; of ${answers} answers before ${Math.round(route.confused) === 0 ? 'none' : thousands(Math.round(route.confused))} went to such a call`,
    exposed: { records: state.count, bytes: state.bytes, events: state.count },
    evidence: [
      {
        feature: 'answered calls that name two owners',
        observed: state.count,
        expected: Math.round(usual * state.count),
        unit: 'different pairs',
        window,
      },
      {
        feature: 'first and second value',
        observed: `${found.first}, ${found.second}`,
        expected: 'one value',
        unit: found.where,
        window: 'this call',
      },
      {
        feature: 'share of such calls on the route',
        observed: Math.round(usual * 1000) / 1000,
        expected: 0,
        unit: 'share',
        window: `${answers} answers`,
      },
    ],
    rejected: [
      'a list of ids: the name is given exactly twice, without list signs',
      'a route made for pairs: hardly anybody else names two there',
      'a retry: each pair counts once',
    ],
    scope: 'credential',
  };
}

// D33: is this how credentials of the client begin?
// Always holds: judged twice, after 64 and after 200 calls, against the cohort as it stood; what is atypical does not join the cohort.
// Atypical alone is not harm: it pages only with more objects than peers of that age hold.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { hash32 } from '../../hash.ts';
import { REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32, f32s, f64, u8, u16s, u32, u32s } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { distanceOf, HOURS, NOVELTY, oddness, ROUTES } from './profile.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, typeof GROUP, None>;
type State = NonNullable<Ctx['heavy']>;

const MARKS = [64, 200] as const;
const LAST = MARKS[1];
const SISTERS = 8;
const HEAVY = {
  ...REPORTED,
  calls: u8('calls of the beginning counted so far, up to 200'),
  routes: u16s(ROUTES, 'of these, per bin of routes'),
  hours: u16s(HOURS, 'per four hours of the day'),
  novelty: u16s(NOVELTY, 'without objects, all known, some new, all new'),
  evidence: f32('how unlike others it began; 0 when like them'),
} as const;
const GROUP = {
  routes: f32s(ROUTES, 'shares of those that began before, per bin of routes; halved at 1,000 credentials'),
  hours: f32s(HOURS, 'the same per four hours'),
  novelty: f32s(NOVELTY, 'the same by novelty'),
  began: f32('credentials in the shares'),
  scored: f32s(2, 'credentials with a score, at 64 and at 200 calls'),
  means: f32s(2, 'mean ln of the distance to the shares'),
  variances: f32s(2, 'variance of it'),
  atypical: u32s(SISTERS, 'hashes of those that began atypically lately'),
  atypicalAt: f64('when the latest of them did, ms'),
  next: u8('place among them'),
  heldMost: u32('most objects held at 200 calls by a typical beginner'),
} as const;

const DAY = 86_400_000;
const SISTERS_WITHIN = 14 * DAY;
/** Others that began as oddly in the same two weeks. */
const SISTER = Math.log(4);
const MOST_SISTERS = 3;
const LEAST_SD = 0.3;
/** Members of the cohort before anything is scored against it. */
const FIRST = 10;

export const atypicalOnboarding = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, params: p } = context;
    if (state === null || event.credential.weak || event.credential.client === null) return null;
    if (state.calls >= LAST && state.evidence === 0) return null;
    if (event.at - baseline.firstAt > p.probation * DAY) return null;
    // An address book that a new user's application looks up is no beginning; D12 judges lists of identifiers.
    const last = event.objects.at(-1);
    if (last !== undefined && isIdentifier(last.collection)) return null;
    if (state.calls < LAST) {
      count(context);
      const mark = MARKS.indexOf(state.calls as (typeof MARKS)[number]);
      if (mark >= 0) score(context, mark);
    }
    if (state.evidence === 0) return null;
    return judge(context);
  },
});

function count({ event, heavy, baseline }: Ctx): void {
  const state = heavy!;
  state.calls++;
  add(state.routes, hash32(event.route, hash32(event.method)) % ROUTES);
  add(state.hours, Math.floor((event.at % DAY) / (DAY / HOURS)));
  const { total, novel } = baseline.objects;
  add(state.novelty, total === 0 ? 0 : novel === 0 ? 1 : novel < total ? 2 : 3);
}

const add = (list: State['routes'], bin: number, by = 1): void => list.set(bin, list.get(bin) + by);

/** Compares with the cohort; a typical beginning then joins it. */
function score({ event, heavy, group, baseline, params: p }: Ctx, mark: number): void {
  const state = heavy!;
  const value = Math.log1p(
    distanceOf(state.routes, group.routes) +
      distanceOf(state.hours, group.hours) +
      distanceOf(state.novelty, group.novelty),
  );
  const scored = group.scored.get(mark);
  const sd = Math.sqrt(Math.max(group.variances.get(mark), LEAST_SD ** 2));
  const nats = scored < p.cohortFloor ? 0 : oddness(value, { mean: group.means.get(mark), sd });
  state.evidence = Math.max(state.evidence, nats >= 1 ? nats : 0);
  if (nats >= 3) {
    noteAtypical(group, hash32(event.credential.lineage) || 1, event.at);
    return;
  }
  const weight = 1 / Math.min(scored + 1, 200);
  const step = value - group.means.get(mark);
  // The first scores are of an empty cohort and say nothing about later ones.
  if (group.began >= FIRST) {
    group.means.set(mark, scored === 0 ? value : group.means.get(mark) + weight * step);
    group.variances.set(
      mark,
      scored === 0 ? 0 : (1 - weight) * (group.variances.get(mark) + weight * step ** 2),
    );
    group.scored.set(mark, scored + 1);
  }
  if (mark === 1) join({ heavy, group, baseline });
}

function join({ heavy, group, baseline }: Pick<Ctx, 'heavy' | 'group' | 'baseline'>): void {
  const state = heavy!;
  group.heldMost = Math.max(group.heldMost, baseline.distinct.value);
  for (const [of, from] of [
    [group.routes, state.routes],
    [group.hours, state.hours],
    [group.novelty, state.novelty],
  ] as const) {
    for (let i = 0; i < of.length; i++) {
      add(of, i, from.get(i) / LAST);
      if (group.began >= 1000) of.set(i, of.get(i) / 2);
    }
  }
  group.began = group.began >= 1000 ? 500 : group.began + 1;
}

function noteAtypical(group: Ctx['group'], lineage: number, at: number): void {
  if (at - group.atypicalAt > SISTERS_WITHIN) group.atypical.fill(0);
  group.atypicalAt = at;
  for (let i = 0; i < SISTERS; i++) if (group.atypical.get(i) === lineage) return;
  group.atypical.set(group.next, lineage);
  group.next = (group.next + 1) % SISTERS;
}

/** Others of the client that began atypically within two weeks. */
function sistersOf({ event, group }: Ctx): number {
  if (event.at - group.atypicalAt > SISTERS_WITHIN) return 0;
  const own = hash32(event.credential.lineage) || 1;
  let count = 0;
  for (let i = 0; i < SISTERS; i++) {
    const one = group.atypical.get(i);
    if (one !== 0 && one !== own) count++;
  }
  return count;
}

function judge(context: Ctx): Draft | null {
  const { event, heavy, group, baseline, peers, knowledge, params: p } = context;
  const state = heavy!;
  const sisters = sistersOf(context);
  const evidence = state.evidence + SISTER * Math.min(MOST_SISTERS, sisters);
  if (evidence > 3) context.suspect(evidence);
  if (evidence < p.threshold) return null;
  const held = baseline.distinct.low;
  const usual = Math.max(peers.distinctP99, group.heldMost);
  if (held < p.recordFloor || held <= usual) return null;
  if (!knowledge.empty && knowledge.job(event) !== null) return null;
  if (!worthReporting(state, event.at, held)) return null;
  const window = spanInWords(event.at - baseline.firstAt);
  const began = thousands(Math.max(group.scored.get(0), group.scored.get(1)));
  return {
    logE: evidence,
    pages: true,
    since: baseline.firstAt,
    claim: `is ${window} old and began like none of the ${began} credentials of its client before it; it holds ${thousands(held)} different objects after ${thousands(baseline.seen)} requests, others at most ${thousands(usual)}${sisters > 0 ? `; ${sisters} more began as oddly within two weeks` : ''}`,
    exposed: { records: Math.round(baseline.distinct.value), bytes: 0, events: baseline.seen, certain: held },
    evidence: [
      {
        feature: 'distance of its first calls to those of others',
        observed: `evidence ${Math.round(state.evidence * 10) / 10}`,
        expected: 'less than 3',
        unit: 'nats, of routes, hours and new objects',
        window: `${state.calls} calls`,
      },
      {
        feature: 'different objects held',
        observed: held,
        expected: Math.round(usual),
        unit: 'objects',
        window,
      },
      {
        feature: 'others that began as oddly',
        observed: sisters,
        expected: 0,
        unit: 'credentials',
        window: '14 days',
      },
    ],
    rejected: [
      'a new customer like others: their first calls are on other routes, at other hours, or return to what they read',
      'a declared import: none was told',
    ],
    scope: 'credential',
  };
}

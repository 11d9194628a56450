// D25: an unfamiliar query on a known route whose answers are many times larger than anybody's there.
// Always holds: a familiar query never counts, so answers that grow for everybody (a release, no compression) do not either.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { createPool, ofSiblings, type Pool, type Sums, type Words } from '../../endpoint/siblings.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { sizeInWords, thousands } from '../../scoring/wording.ts';
import { cusum } from '../../sequential-test.ts';
import { addTo, FILTER_WORDS } from '../../small-filter.ts';
import { f32, f64, u32, u32s } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { learnSize, p99Of, ROUTE } from './sizes.ts';

const HEAVY = {
  ...REPORTED,
  shape: u32('hash of the unfamiliar query that is watched; 0 when none is'),
  evidence: f32('CUSUM of "its answer is far beyond the usual size"'),
  answers: u32('oversized answers since it was 0'),
  items: f64('items on pages not seen before among them'),
  queries: u32s(FILTER_WORDS, 'Bloom filter of the queries and pages among them'),
  bytes: f64('their bytes'),
  since: f64('the first of them, ms'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE, Pool>;

const LEAST_ANSWERS = 200;
const SHARES = { p0: 0.05, p1: 0.8 };

export const excessExposure = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  memory: createPool,
  detect(context) {
    const { event, heavy: state, baseline, route, params: p } = context;
    if (state === null || event.status < 200 || event.status > 299 || event.method !== 'GET') return null;
    if (route.answers < LEAST_ANSWERS || event.credential.weak) return null;
    const shape = shapeOf(context);
    const watched = state.shape === shape;
    if (!watched && baseline.queryShapeKnown) return null;
    const oversized = event.bytes_out > p.ratio * p99Of(route);
    if (!watched) {
      if (!oversized) return null;
      begin(state, shape);
    }
    state.evidence = cusum(state.evidence, oversized, SHARES);
    if (state.evidence === 0) {
      state.shape = 0;
      return null;
    }
    if (!oversized) return null;
    // The query must not become familiar while it is watched.
    context.suspect(Math.max(4, state.evidence));
    if (state.answers === 0) state.since = event.at;
    state.answers++;
    state.bytes += event.bytes_out;
    // The same page again gives nothing new.
    if (addTo(state.queries, hash32(event.query, hash32(event.path))))
      state.items += event.items ?? Math.max(1, event.objects.length);
    return judge(context);
  },
  watch(context) {
    const { event, heavy: state, params: p, memory, knowledge } = context;
    if (state === null || state.shape === 0 || state.answers < p.siblingFloor) return null;
    if (state.evidence < p.threshold || !isWatched(context)) return null;
    const together = memory.note(event, {
      amount: state.answers,
      records: state.items,
      requests: state.answers,
      bytes: state.bytes,
      since: state.since,
    });
    if (together === null || together.amount < p.answerFloor) return null;
    if (!knowledge.empty && knowledge.deploy(event) !== null) return null;
    if (!memory.tell(together, event.at)) return null;
    return [ofSiblings(event, together, (sums) => siblingWords(context, sums))];
  },
  learn({ event, route }) {
    if (event.status >= 200 && event.status < 300 && event.method === 'GET')
      learnSize(route, event.bytes_out);
  },
});

const shapeOf = ({ event }: Ctx): number => hash32(event.query_shape, hash32(event.route)) || 1;
const isWatched = (context: Ctx): boolean => context.heavy!.shape === shapeOf(context);

function begin(state: NonNullable<Ctx['heavy']>, shape: number): void {
  state.shape = shape;
  state.evidence = state.answers = state.items = state.bytes = 0;
  state.queries.fill(0);
  forgetReport(state);
}

function judge({ event, heavy, route, params: p }: Ctx): Draft | null {
  const state = heavy!;
  if (state.evidence < p.threshold || state.answers < p.answerFloor) return null;
  if (!worthReporting(state, event.at, state.answers)) return null;
  const usual = p99Of(route);
  const each = state.bytes / state.answers;
  const window = spanInWords(event.at - state.since);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `got ${thousands(state.answers)} answers of ${sizeInWords(each)} each to a query it never used (${event.query_shape || 'no parameters'}) in ${window}; 99 % of all answers there are below ${sizeInWords(usual)}`,
    exposed: {
      records: state.items,
      bytes: state.bytes,
      events: state.answers,
      certain: Math.min(state.items, state.answers),
    },
    evidence: [
      {
        feature: 'bytes per answer',
        observed: Math.round(each),
        expected: Math.round(usual),
        unit: 'bytes',
        window: `${state.answers} answers`,
      },
      {
        feature: 'query',
        observed: event.query_shape,
        expected: 'one it has used before',
        unit: 'shape',
        window: 'learned',
      },
    ],
    rejected: [
      'answers that grew for everybody: its familiar queries get what they always got',
      'a single large report: many answers were that large',
    ],
    scope: 'credential',
  };
}

function siblingWords({ event, heavy, route }: Ctx, sums: Sums): Words {
  const usual = p99Of(route);
  const state = heavy!;
  const each = state.bytes / state.answers;
  const window = spanInWords(event.at - sums.since);
  return {
    logE: state.evidence,
    claim: `got ${thousands(sums.amount)} answers of some ${sizeInWords(each)} each, through ${sums.members} of its credentials at once, to queries they never used (${event.query_shape || 'no parameters'}) in ${window}; 99 % of all answers there are below ${sizeInWords(usual)}`,
    evidence: [
      {
        feature: 'credentials of the client that ask so',
        observed: sums.members,
        expected: 0,
        unit: 'credentials',
        window,
      },
      {
        feature: 'bytes per answer',
        observed: Math.round(each),
        expected: Math.round(usual),
        unit: 'bytes',
        window: `${sums.amount} answers`,
      },
    ],
    rejected: [
      'answers that grew for everybody: familiar queries get what they always got',
      'a release: none was told for the route',
    ],
  };
}

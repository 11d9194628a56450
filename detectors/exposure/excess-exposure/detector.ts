// D25: an unfamiliar query on a known route whose answers are many times larger than anybody's there.
// Always holds: a familiar query never counts, so answers that grow for everybody (a release, no compression) do not either.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { sizeInWords, thousands } from '../../scoring/wording.ts';
import { cusum } from '../../sequential-test.ts';
import { f32, f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { learnSize, p99Of, ROUTE } from './sizes.ts';

const HEAVY = {
  ...REPORTED,
  shape: u32('hash of the unfamiliar query that is watched; 0 when none is'),
  evidence: f32('CUSUM of "its answer is far beyond the usual size"'),
  answers: u32('oversized answers since it was 0'),
  items: f64('items on pages not seen before among them'),
  page: f64('largest page among them'),
  bytes: f64('their bytes'),
  since: f64('the first of them, ms'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, typeof ROUTE>;

const LEAST_ANSWERS = 200;
const SHARES = { p0: 0.05, p1: 0.8 };

export const excessExposure = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  detect(context) {
    const { event, heavy: state, baseline, route, params: p } = context;
    if (state === null || event.status < 200 || event.status > 299 || event.method !== 'GET') return null;
    if (route.answers < LEAST_ANSWERS || event.credential.weak) return null;
    const shape = hash32(event.query_shape, hash32(event.route)) || 1;
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
    const page = event.page?.value ?? state.page + 1;
    if (page > state.page) {
      state.page = page;
      state.items += event.items ?? Math.max(1, event.objects.length);
    }
    return judge(context);
  },
  learn({ event, route }) {
    if (event.status >= 200 && event.status < 300 && event.method === 'GET')
      learnSize(route, event.bytes_out);
  },
});

function begin(state: NonNullable<Ctx['heavy']>, shape: number): void {
  state.shape = shape;
  state.evidence = state.answers = state.items = state.bytes = state.page = 0;
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

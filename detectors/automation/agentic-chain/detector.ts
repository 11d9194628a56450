// D29: is this session a chain that an agent makes, among the sessions of the client?
// Always holds: declared agents are not judged here; a session pages only with mended mistakes, breadth and length all at once.
// Sessions under suspicion teach nothing.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { forgetReport, percent, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { follow, functionsOf, isOver, restart, SESSION, scoreOf } from './session.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, typeof GROUP, None>;

const HEAVY = { ...REPORTED, ...SESSION } as const;
const GROUP = {
  sessions: f32('sessions of twenty calls and more, up to 2,000'),
  mean: f32('mean score of a session'),
  variance: f32('variance of it'),
} as const;

/** What a session scores before the client has taught better, and the sessions that weighs. */
const PRIOR = { mean: 3, sd: 2, sessions: 50 };
const LEAST_CALLS = 20;
const LEAST_SD = 1;
const MOST = 12;
const MOST_SESSIONS = 2000;

export const agenticChain = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, knowledge, params: p } = context;
    if (state === null || event.credential.weak) return null;
    if (isOver(state, event.at) || state.calls === 0) {
      endSession(context);
      restart(state, event.at);
    }
    follow(state, event, { fastMs: p.fastMs, novel: baseline.objects.novel });
    if (state.repairs < p.repairFloor || state.calls < p.callFloor) return null;
    if (!knowledge.empty && knowledge.inventory(event)?.agent === true) return null;
    return judge(context);
  },
});

/** What the client's sessions score; those that looked like an agent's are left out. */
function endSession({ heavy, group, params: p }: Ctx): void {
  const state = heavy!;
  forgetReport(state);
  if (state.calls < LEAST_CALLS || state.told >= p.threshold) return;
  const score = scoreOf(state);
  const sessions = group.sessions;
  const step = score - (sessions === 0 ? score : group.mean);
  const weight = 1 / (sessions + 1);
  group.mean = sessions === 0 ? score : group.mean + weight * step;
  group.variance = (1 - weight) * (group.variance + weight * step * step);
  group.sessions = Math.min(MOST_SESSIONS, sessions + 1);
}

function usualOf({ group }: Ctx): { mean: number; sd: number } {
  const n = group.sessions;
  const weight = PRIOR.sessions / (PRIOR.sessions + n);
  const mean = weight * PRIOR.mean + (1 - weight) * group.mean;
  const variance = weight * PRIOR.sd ** 2 + (1 - weight) * group.variance;
  return { mean, sd: Math.max(LEAST_SD, Math.sqrt(variance)) };
}

/** ln of the e-value of a score so far up: 0.5/√p of a normal tail. */
function oddness(score: number, usual: { mean: number; sd: number }): number {
  const z = (score - usual.mean) / usual.sd;
  if (z <= 1) return 0;
  const lnTail = -(z * z) / 2 - Math.log(z) - 0.9189385332;
  return Math.max(0, Math.min(MOST, Math.log(0.5) - 0.5 * lnTail));
}

function judge(context: Ctx): Draft | null {
  const { event, heavy, params: p } = context;
  const state = heavy!;
  const score = scoreOf(state);
  const usual = usualOf(context);
  const evidence = oddness(score, usual);
  state.told = Math.max(state.told, evidence);
  if (evidence > 3) context.suspect(evidence);
  const functions = functionsOf(state);
  if (evidence < p.threshold || functions < p.functionFloor) return null;
  if (!worthReporting(state, event.at, state.calls)) return null;
  const window = spanInWords(event.at - state.startedAt);
  const fast = state.fast / state.calls;
  return {
    logE: evidence,
    pages: true,
    since: state.startedAt,
    claim: `went through ${functions} functions in ${thousands(state.calls)} calls within ${window}, ${percent(fast)} of them at machine speed, and mended ${state.repairs} of its own mistakes by asking in another way at once; sessions of this client score ${usual.mean.toFixed(1)}, this one ${score.toFixed(1)}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.calls },
    evidence: [
      {
        feature: 'mistakes mended within five seconds',
        observed: state.repairs,
        expected: 'hardly any',
        unit: 'mistakes',
        window,
      },
      {
        feature: 'different functions',
        observed: functions,
        expected: `fewer than ${p.functionFloor}`,
        unit: 'functions',
        window,
      },
      {
        feature: 'steps to another function without a pause',
        observed: Math.round(fast * 1000) / 1000,
        expected: 'what programs do on few functions',
        unit: 'share of calls',
        window,
      },
      {
        feature: 'score of the session',
        observed: Math.round(score * 10) / 10,
        expected: Math.round(usual.mean * 10) / 10,
        unit: 'points',
        window: 'sessions of the client',
      },
    ],
    rejected: [
      'a script: it repeats what failed, and does not ask in another way',
      'a person: nobody is that fast',
      'a declared agent: none was told for this credential',
    ],
    scope: 'credential',
  };
}

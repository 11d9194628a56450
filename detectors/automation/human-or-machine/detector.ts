// D28: sessions of a credential that always was a program's, or a person's, turn into those of the other.
// Always holds: only credentials of one kind are judged; a session counts once; sessions under suspicion teach nothing.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, percent, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { cusum } from '../../sequential-test.ts';
import { f32, f64, u16, u32 } from '../../state/fields.ts';
import { follow, isOver, kindOf, restart, SESSION } from './kind.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None>;

const HEAVY = {
  ...REPORTED,
  ...SESSION,
  people: f32('sessions of people learned; halved at 500 sessions'),
  machines: f32('sessions of programs learned'),
  evidence: f32('CUSUM of "a session of the other kind"'),
  sessions: u16('sessions of the other kind since it was last 0'),
  usedFor: u32('calls of these'),
  since: f64('first of them, ms'),
} as const;

/** A thief's share of sessions. */
const STOLEN = 0.6;
const LEAST_SHARE = 0.02;
const MOST_LEARNED = 500;

export const humanOrMachine = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state } = context;
    if (state === null || event.credential.weak) return null;
    if (isOver(state, event.at)) restart(state);
    follow(state, event);
    if (state.told === 1) {
      if (state.evidence > 3) context.suspect(state.evidence);
      return null;
    }
    const kind = kindOf(state);
    if (kind === null) return null;
    state.told = 1;
    const usual = usualOf(context);
    if (usual === null) {
      learnKind(context, kind);
      return null;
    }
    const other = kind !== usual.kind;
    if (other && state.sessions === 0) state.since = event.at;
    const p0 = Math.max(LEAST_SHARE, 2 * usual.share);
    state.evidence = cusum(state.evidence, other, { p0, p1: STOLEN });
    if (state.evidence <= 3) learnKind(context, kind);
    if (state.evidence === 0) {
      state.sessions = state.usedFor = 0;
      forgetReport(state);
      return null;
    }
    if (!other) return null;
    state.sessions++;
    state.usedFor += state.calls;
    context.suspect(state.evidence);
    return judge(context, usual);
  },
});

interface Usual {
  kind: 'person' | 'program';
  /** Share of sessions of the other kind. */
  share: number;
}

/** Which kind the credential is of; null while that is not known, or when it is of both. */
function usualOf({ heavy, params: p }: Ctx): Usual | null {
  const state = heavy!;
  const all = state.people + state.machines;
  if (all < p.learnedSessions) return null;
  const people = state.people / all;
  if (people <= p.mixed) return { kind: 'program', share: people };
  return people >= 1 - p.mixed ? { kind: 'person', share: 1 - people } : null;
}

function learnKind({ heavy }: Ctx, kind: 'person' | 'program'): void {
  const state = heavy!;
  if (kind === 'person') state.people++;
  else state.machines++;
  if (state.people + state.machines < MOST_LEARNED) return;
  state.people /= 2;
  state.machines /= 2;
}

function judge({ event, heavy, params: p }: Ctx, usual: Usual): Draft | null {
  const state = heavy!;
  if (state.evidence < p.threshold || state.sessions < p.sessionFloor) return null;
  if (!worthReporting(state, event.at, state.sessions)) return null;
  const window = spanInWords(event.at - state.since);
  const all = Math.round(state.people + state.machines);
  const [was, is] =
    usual.kind === 'program' ? ['a program', 'a person at a screen'] : ['a person', 'a program'];
  const pause = Math.exp(state.lnPauses / Math.max(1, state.calls - 1)) / 1000;
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `is used by ${is} (${event.client.ua_family}, a call in ${pause.toFixed(1)} s) in ${thousands(state.sessions)} sessions within ${window}; ${percent(1 - usual.share)} of ${thousands(all)} sessions before were those of ${was}`,
    exposed: { records: 0, bytes: 0, events: state.usedFor },
    evidence: [
      {
        feature: `sessions of ${is}`,
        observed: state.sessions,
        expected: Math.round(usual.share * state.sessions),
        unit: 'sessions',
        window,
      },
      {
        feature: 'client program',
        observed: event.client.ua_family,
        expected: usual.kind === 'program' ? 'programs without a screen' : 'a browser',
        unit: 'program',
        window: 'latest session',
      },
      {
        feature: 'typical pause between calls',
        observed: Math.round(pause * 10) / 10,
        expected: usual.kind === 'program' ? 'less, or even' : 'some seconds, unevenly',
        unit: 'seconds',
        window: 'latest session',
      },
    ],
    rejected: [
      'one look by hand: there were several sessions',
      `a credential of both: before, hardly any session was of ${is}`,
    ],
    novelty: { kind: 'client', value: hash32(event.client.ua_family), display: event.client.ua_family },
    scope: 'source',
  };
}

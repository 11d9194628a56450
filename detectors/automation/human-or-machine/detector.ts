// D28: a credential that always was a program's is used by hand, or a person's by a script.
// Always holds: only credentials of one kind are judged; a kind counts once an hour; what is suspicious is learned after two
// weeks only. In a network where the credential or others of the tenant are at home, it pages on the second day, not before.

import type { z } from 'zod';
import type { Baseline } from '../../baseline/view.ts';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, percent, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { cusum } from '../../sequential-test.ts';
import { f32, u16, u32 } from '../../state/fields.ts';
import { continues, follow, type Kind, LEAST_CALLS, pauseOf, RUNS } from './kind.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None>;

const HEAVY = {
  ...REPORTED,
  ...RUNS,
  people: u16('hours with a person learned; halved at 500 hours'),
  machines: u16('hours with a program learned'),
  evidence: f32('CUSUM of "an hour with the other kind"'),
  sessions: u16('such hours since it was last 0'),
  since: u32('first of them, seconds'),
  usedFor: u32('calls of the other kind in them'),
  records: u32('objects new to the credential, or items, they gave'),
  bytes: f32('bytes they gave'),
} as const;

const DAY = 86_400_000;
/** Share of hours in which a thief is at work, while the owner's program goes on. */
const STOLEN = 0.3;
const LEAST_SHARE = 0.02;
const MOST_LEARNED = 500;
/** What goes on for so long is the custom now. */
const CUSTOM = 14 * DAY;
/** Hours from which on it supports what others find. */
const SUPPORTS = 2;

export const humanOrMachine = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, params: p } = context;
    if (state === null || event.credential.weak) return null;
    const told = follow(state, event);
    if (told === null) {
      if (state.sessions > 0) takeIn(context);
      return null;
    }
    const usual = usualOf(context);
    if (usual === null) {
      learnKind(context, told);
      rest(context);
      return null;
    }
    const other = told === usual.other;
    // A program that is given to customers, or an agent that acts for its person as declared: no news, but learned.
    if ((!other && told !== 'person' && usual.kind === 'person') || (other && isAgent(context))) {
      learnKind(context, told);
      return null;
    }
    if (other && state.sessions === 0) state.since = Math.floor(event.at / 1000);
    const p0 = Math.max(LEAST_SHARE, 2 * usual.share);
    state.evidence = Math.min(2 * p.threshold, cusum(state.evidence, other, { p0, p1: STOLEN }));
    const custom = state.sessions > 0 && event.at - state.since * 1000 > CUSTOM;
    if (custom || (!other && state.evidence <= 3)) learnKind(context, told);
    if (state.evidence === 0) {
      // It came to nothing: only now does it say how often that happens.
      for (let n = state.sessions; n > 0; n--) learnKind(context, usual.other);
      rest(context);
    }
    if (!other) return null;
    state.sessions++;
    state.usedFor += LEAST_CALLS;
    context.suspect(state.evidence);
    return judge(context, usual);
  },
});

interface Usual {
  kind: 'person' | 'program';
  other: 'person' | 'script';
  /** Share of hours with the other kind, with Jeffreys' prior. */
  share: number;
}

/** Which kind the credential is of; null while that is not known, or when it is of both. */
function usualOf({ heavy, params: p }: Ctx): Usual | null {
  const { people, machines } = heavy!;
  const all = people + machines;
  if (all < p.learnedSessions) return null;
  if (people <= p.mixed * all) return { kind: 'program', other: 'person', share: (people + 0.5) / (all + 1) };
  if (machines <= p.mixed * all)
    return { kind: 'person', other: 'script', share: (machines + 0.5) / (all + 1) };
  return null;
}

function learnKind({ heavy }: Ctx, kind: Kind): void {
  const state = heavy!;
  if (kind === 'person') state.people++;
  else state.machines++;
  if (state.people + state.machines < MOST_LEARNED) return;
  state.people /= 2;
  state.machines /= 2;
}

function rest({ heavy }: Ctx): void {
  const state = heavy!;
  state.evidence = state.sessions = state.usedFor = state.records = state.bytes = 0;
  forgetReport(state);
}

/** A call that goes on with what was told of as suspicious. */
function takeIn(context: Ctx): void {
  const { event, heavy, baseline } = context;
  const state = heavy!;
  const usual = usualOf(context);
  if (usual === null || !continues(state, event.client.ua_family, usual.other)) return;
  context.suspect(state.evidence);
  state.usedFor++;
  if (event.status < 200 || event.status > 299) return;
  state.records += Math.max(event.items ?? 0, baseline.objects.novel);
  state.bytes += event.bytes_out;
}

const isAgent = ({ event, knowledge }: Ctx): boolean =>
  !knowledge.empty && knowledge.inventory(event)?.agent === true;

/** A network the credential knew the day before, or others of the tenant come from. */
function isHome({ event, baseline }: Ctx, since: number): boolean {
  if (baseline.source.prefixTenants >= 2) return true;
  const { asn, prefix } = event.client;
  const { sources }: Baseline = baseline;
  for (let i = 0; i < sources.size; i++) {
    const known = sources.at(i);
    if (known.firstAt < since - DAY && (asn === 0 ? known.prefix === prefix : known.asn === asn)) return true;
  }
  return false;
}

function judge(context: Ctx, usual: Usual): Draft | null {
  const { event, heavy, params: p } = context;
  const state = heavy!;
  const since = state.since * 1000;
  const enough = state.evidence >= p.threshold && state.sessions >= p.sessionFloor;
  const pages = enough && (event.at - since >= DAY || !isHome(context, since));
  if (pages ? !worthReporting(state, event.at, state.sessions) : state.sessions !== SUPPORTS) return null;
  const window = spanInWords(event.at - since);
  const all = state.people + state.machines;
  const family = event.client.ua_family;
  const person = usual.kind === 'program';
  const [was, is] = person ? ['a program', 'a person at a screen'] : ['a person', 'a script'];
  const pause = pauseOf(state);
  const of = person ? state.machines : state.people;
  return {
    logE: state.evidence,
    pages,
    since,
    claim: `is used by ${is} (${family}${person ? `, ${pause.toFixed(1)} s from step to step` : ''}) in ${thousands(state.sessions)} hours within ${window}; in ${percent(of / all)} of ${thousands(all)} hours before it was ${was}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.usedFor },
    evidence: [
      {
        feature: `hours of use by ${is}`,
        observed: state.sessions,
        expected: Math.round(((all - of) / all) * state.sessions),
        unit: 'hours',
        window,
      },
      {
        feature: 'client program',
        observed: family,
        expected: person ? 'a program without a screen' : 'a browser',
        unit: 'program',
        window: 'latest hour',
      },
      ...(person
        ? [
            {
              feature: 'typical pause between steps',
              observed: Math.round(pause * 10) / 10,
              expected: 'shorter, or even',
              unit: 'seconds',
              window: 'latest hour',
            },
          ]
        : []),
    ],
    rejected: [
      `one look by hand: it goes on in ${thousands(state.sessions)} hours`,
      `a credential of both: before, hardly any hour was that of ${is}`,
    ],
    novelty: { kind: 'client', value: hash32(family), display: family },
    scope: 'source',
  };
}

// D06: how improbable was so long a silence, and how new is what comes after it?
// Always holds: a silence alone never pages, however long: who wakes at the known place for the known work is a job that runs
// seldom. What is new counts for a day after waking, for a week where the first day brought any.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32, f64, u8, u16, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None>;

const HEAVY = {
  ...REPORTED,
  longest: f32('longest silence before the present one, days'),
  days: u16('active days before it'),
  silence: f32('the silence it woke from, days; 0 when it did not'),
  wokenAt: f64('when it woke, ms'),
  place: f32('evidence of a new network or program since then'),
  functions: u8('functions new to it since then'),
  requests: u32('accepted requests since then'),
  records: u32('objects or items they gave'),
  bytes: f64('bytes they gave'),
} as const;

const DAY = 86_400_000;
/** Shorter gaps are nights and weekends, and not noted. */
const GAP = 2;
/** How long it is watched after waking; who tries a found key often comes back days later. */
const WATCHED = 1;
const WATCHED_CHANGED = 7;
/** Calls may come a little out of order. */
const DISORDER = 10 * 60_000;
const MOST_PLACE = 7;
/** A place that a thief uses, of all places. */
const THIEF = 0.02;
const NEW_FUNCTION = Math.log(8);
const MOST_FUNCTIONS = 2;

export const dormantWakes = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, params: p } = context;
    if (state === null || event.credential.weak || baseline.lastAt === 0) return null;
    const gap = (event.at - baseline.lastAt) / DAY;
    // First the old silence is told from the new: a job may call for an hour a quarter.
    if (state.silence > 0) endWatch(context);
    if (state.silence === 0 && gap >= GAP) endSilence(context, gap);
    if (state.silence === 0) return null;
    if (event.status < 200 || event.status > 299) return null;
    state.requests++;
    state.records += Math.max(event.items ?? 0, baseline.objects.novel);
    state.bytes += event.bytes_out;
    state.place = Math.max(state.place, newPlace(context));
    if (!baseline.routeKnown) state.functions = Math.min(MOST_FUNCTIONS, state.functions + 1);
    const news = state.place + NEW_FUNCTION * state.functions;
    const evidence = silenceNats(context) + news;
    if (news === 0 || evidence < p.threshold) return null;
    context.suspect(evidence);
    return judge(context, evidence);
  },
});

/** A silence ended: long enough to matter, or one more to be used to. */
function endSilence({ event, baseline, heavy, params: p }: Ctx, gap: number): void {
  const state = heavy!;
  const long = gap >= p.dormantFloor && gap >= p.timesFloor * longestOf(state);
  state.days = baseline.activeDays;
  if (!long) {
    state.longest = Math.max(state.longest, gap);
    return;
  }
  state.silence = gap;
  state.wokenAt = event.at;
  state.place = state.functions = state.requests = state.records = state.bytes = 0;
  forgetReport(state);
}

/** Some time after it woke, the silence is one it is known for; one that a wrong clock made up never was. */
function endWatch({ event, heavy }: Ctx): void {
  const state = heavy!;
  const awake = event.at - state.wokenAt;
  const changed = state.place > 0 || state.functions > 0;
  if (awake >= -DISORDER && awake <= (changed ? WATCHED_CHANGED : WATCHED) * DAY) return;
  if (awake > 0) state.longest = Math.max(state.longest, state.silence);
  state.silence = 0;
}

/** Days; those below GAP are not noted, so that is the least it may have been. */
const longestOf = (state: { readonly longest: number }): number => Math.max(GAP, state.longest);

/**
 * ln of the e-value of so long a silence: none of the gaps before was longer than `longest`, and beyond that they fall off with
 * the length (Lomax with exponent 1). e = 0.5/√p (Vovk and Wang 2021).
 */
function silenceNats({ heavy }: Ctx): number {
  const state = heavy!;
  const p = (1 / (state.days + 1)) * (longestOf(state) / state.silence);
  return Math.max(0, Math.log(0.5 / Math.sqrt(p)));
}

/** ln of how much better a thief explains the place than the credential's past. */
function newPlace({ event, baseline }: Ctx): number {
  const { source } = baseline;
  if (event.client.asn === 0 ? source.prefixKnown : source.asnKnown) return 0;
  return Math.max(0, Math.min(MOST_PLACE, Math.log(THIEF / Math.max(1e-9, source.probability))));
}

function judge({ event, baseline, heavy, params: p }: Ctx, evidence: number): Draft | null {
  const state = heavy!;
  if (state.requests < p.requestFloor) return null;
  if (!worthReporting(state, event.at, state.requests)) return null;
  const { client } = event;
  const here = client.asn === 0 ? (client.prefix ?? 'elsewhere') : `AS${client.asn} ${client.network}`;
  const days = Math.round(state.silence);
  const longest = Math.round(longestOf(state));
  const what = [
    ...(state.place > 0 ? [`from ${here}, where it never was`] : []),
    ...(state.functions > 0
      ? [`for ${state.functions === 1 ? 'a function' : 'functions'} it never used`]
      : []),
  ].join(' and ');
  return {
    logE: evidence,
    pages: true,
    since: state.wokenAt,
    claim: `was silent for ${thousands(days)} days, at most ${thousands(longest)} before, and is used again ${what}`,
    exposed: { records: state.records, bytes: state.bytes, events: state.requests },
    evidence: [
      {
        feature: 'silence',
        observed: days,
        expected: longest,
        unit: 'days',
        window: `${state.days} active days`,
      },
      {
        feature: 'network after waking',
        observed: here,
        expected: state.place > 0 ? 'one it is known at' : here,
        unit: 'autonomous system or prefix',
        window: spanInWords(event.at - state.wokenAt),
      },
      {
        feature: 'functions new to it',
        observed: state.functions,
        expected: 0,
        unit: 'routes',
        window: spanInWords(event.at - state.wokenAt),
      },
    ],
    rejected: [
      'a job that runs seldom: it would wake where and for what it always did',
      `a holiday: ${thousands(baseline.activeDays)} days of use had no silence of nearly that length`,
    ],
    ...(state.place > 0
      ? {
          novelty: {
            kind: 'network' as const,
            value: client.asn === 0 ? hash32(client.prefix ?? '') : client.asn,
            display: here,
          },
        }
      : {}),
    scope: 'credential',
  };
}

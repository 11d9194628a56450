// D07: activity at hours of the day at which the credential never worked.
// Always holds: never pages, and adds at most 3 nats to what others find: people travel, and jobs are moved. Judged once an hour.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { percent, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { endDay, entropyOf, forgetFuture, hourOf, isSameDay, kindOf, RHYTHM, shareOf } from './rhythm.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None>;

const HEAVY = { ...REPORTED, ...RHYTHM } as const;
const MOST = 3;
/** An hour at which it works on so few of its days is unusual. */
const UNUSUAL = 0.05;

export const unusualHour = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, params: p } = context;
    if (state === null || event.credential.weak) return null;
    const hour = hourOf(event.at);
    forgetFuture(state, hourOf(baseline.lastAt));
    if (hour <= state.hour) return null;
    if (state.hour > 0 && !isSameDay(hour, state.hour)) endDay(state);
    state.hour = hour;
    state.today += 2 ** (hour % 24);
    const kind = kindOf(hour);
    if (state.days.get(kind) < p.learnedDays || entropyOf(state, kind) > p.rhythm) return null;
    const share = shareOf(state, hour);
    if (share > UNUSUAL) return null;
    if (state.evidence === 0 && state.oddToday === 0) state.since = event.at;
    // e = 0.5/√p (Vovk and Wang 2021); the hours of one day are one observation.
    state.oddToday = Math.max(state.oddToday, Math.log(0.5 / Math.sqrt(share)));
    return tell(context, share);
  },
});

function tell({ event, heavy, params: p }: Ctx, share: number): Draft | null {
  const state = heavy!;
  const evidence = Math.min(MOST, state.evidence + state.oddToday);
  const days = state.odd + 1;
  if (evidence < p.threshold || days < p.dayFloor) return null;
  if (!worthReporting(state, event.at, days)) return null;
  const window = spanInWords(event.at - state.since);
  const hour = `${String(hourOf(event.at) % 24).padStart(2, '0')}:00 UTC`;
  const learned = state.days.get(kindOf(state.hour));
  return {
    logE: MOST,
    pages: false,
    since: state.since,
    claim: `worked at ${hour} and on ${days} days within ${window} at hours at which it hardly ever worked on ${learned} such days before`,
    exposed: { records: 0, bytes: 0, events: days },
    evidence: [
      {
        feature: 'share of its days on which it works at this hour',
        observed: percent(share),
        expected: `more than ${percent(UNUSUAL)}`,
        unit: hour,
        window: `${learned} days`,
      },
      { feature: 'days with unusual hours', observed: days, expected: 0, unit: 'days', window },
    ],
    rejected: ['a clock change: the hours beside count as well', 'no rhythm: its hours are few'],
    scope: 'credential',
  };
}

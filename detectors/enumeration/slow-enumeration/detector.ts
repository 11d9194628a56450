// D15: the ledger of what a credential reads over days and over its life, against its own habit, its peers' day and their age.
// Always holds: one day alone never pages, however much was read on it (D08 judges bursts); what peers go through on the same day
// is taken into account. The ledger of all objects never decays, so that patience does not help.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { collectionInWords, forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { f32, u8, u32 } from '../../state/fields.ts';
import { dayOf, evidenceOfDay, HABIT, keepDays, slotOf, type Usual, usualOf } from './habit.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, typeof GROUP, None>;

const HEAVY = {
  ...REPORTED,
  ...HABIT,
  taught: f32('what this credential adds to the usual day of its group'),
  looks: u8('new objects since the ledger was looked at'),
  ledgerTold: u32('objects held when the ledger was last reported'),
} as const;
const GROUP = {
  day: u32('day of the sum, since 2020'),
  today: f32('objects new to their reader that the group read on that day'),
  dayBefore: u32('the day with reads before that'),
  before: f32('what the group read on it'),
  usual: f32('what is usual on a day, summed over its credentials'),
} as const;

/** Complete days above the habit before today. */
const RISEN = 2;
const LOOK_EVERY = 64;

export const slowEnumeration = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, baseline, heavy: state } = context;
    const { novel, collectionHash } = baseline.objects;
    if (state === null || novel === 0 || event.credential.weak) return null;
    if (event.status < 200 || event.status > 299) return null;
    const { collection } = event.objects.at(-1)!;
    // Identifiers of people are looked up from address books; D12 judges lists of them.
    if (isIdentifier(collection)) return null;
    const day = dayOf(event.at);
    countInGroup(context, day, novel);
    if (day > state.day) keepDays(state, day, { ...context.params, peers: peersOf(context) });
    const slot = slotOf(state, collectionHash);
    if (slot < 0) return judgeLedger(context);
    state.today.set(slot, state.today.get(slot) + novel);
    if (state.since.get(slot) === 0) state.since.set(slot, event.at);
    state.records.set(slot, state.records.get(slot) + novel);
    state.bytes.set(slot, state.bytes.get(slot) + event.bytes_out);
    return judgeRise(context, slot) ?? judgeLedger(context);
  },
});

function countInGroup({ heavy, group }: Ctx, day: number, novel: number): void {
  const state = heavy!;
  if (day > group.day) {
    group.dayBefore = group.day;
    group.before = group.today;
    group.day = day;
    group.today = 0;
  }
  group.today += novel;
  if (day === state.day) return;
  const usual = usualOfAll(state);
  group.usual += usual - state.taught;
  state.taught = usual;
}

/** Sum over both collections of what is usual on a working day. */
function usualOfAll(state: NonNullable<Ctx['heavy']>): number {
  let sum = 0;
  for (let slot = 0; slot < 2; slot++) sum += Math.expm1(state.means.get(2 * slot));
  return sum;
}

/** How many times their usual day the others of the group read on the day of the credential's counts. */
function peersOf({ heavy, group }: Ctx): number {
  const state = heavy!;
  const all = state.day === group.day ? group.today : state.day === group.dayBefore ? group.before : 0;
  let own = 0;
  for (let slot = 0; slot < 2; slot++) own += state.today.get(slot);
  const usual = group.usual - state.taught;
  return usual <= 0 ? 1 : Math.max(1, (all - own) / usual);
}

function judgeRise(context: Ctx, slot: number): Draft | null {
  const { event, heavy, knowledge, params: p } = context;
  const state = heavy!;
  const usual = usualOf(state, slot, { growth: p.growth, peers: peersOf(context) });
  if (usual === null) return null;
  const today = state.today.get(slot);
  const evidence = state.evidence.get(slot) + Math.max(0, evidenceOfDay(today, usual, p.perDay));
  if (evidence === 0) {
    state.records.set(slot, 0);
    state.bytes.set(slot, 0);
    state.since.set(slot, 0);
    forgetReport(state);
    return null;
  }
  if (state.risen.get(slot) < RISEN) return null;
  context.suspect(evidence);
  const excess = state.excess.get(slot) + Math.max(0, today - usual.objects);
  // Those with a changing habit need more than one that is the same every day.
  const floor = Math.max(p.excessFloor, usual.objects * Math.exp(2 * usual.sd));
  if (evidence < p.threshold || excess < floor) return null;
  if (!knowledge.empty && knowledge.entitlement(event, event.objects.at(-1)!.collection) !== null)
    return null;
  if (!worthReporting(state, event.at, excess)) return null;
  return riseClaim(context, { slot, evidence, excess, usual });
}

function riseClaim(
  { event, heavy, peers }: Ctx,
  o: { slot: number; evidence: number; excess: number; usual: Usual },
): Draft {
  const state = heavy!;
  const { slot, usual } = o;
  const since = state.since.get(slot);
  const records = state.records.get(slot);
  const days = state.risen.get(slot) + (state.today.get(slot) > usual.objects ? 1 : 0);
  const today = state.today.get(slot);
  const most = Math.round(usual.objects);
  const window = spanInWords(event.at - since);
  const things = collectionInWords(event.objects.at(-1)!.collection);
  return {
    logE: o.evidence,
    pages: true,
    since,
    claim: `read more ${things} new to it than usual on ${days} days: ${thousands(records)} in ${window}${today > usual.objects ? `, ${thousands(today)} of them today` : ''}; ${thousands(most)} are usual on such a day`,
    exposed: {
      records,
      bytes: state.bytes.get(slot),
      events: records,
      certain: Math.floor(Math.min(records, o.excess)),
    },
    evidence: [
      {
        feature: 'objects new to it today',
        observed: today,
        expected: most,
        unit: 'objects',
        window: 'such a day, ordinary growth included',
      },
      {
        feature: 'days above the habit',
        observed: days,
        expected: 0,
        unit: 'days',
        window,
      },
      {
        feature: 'objects beyond the habit',
        observed: Math.round(o.excess),
        expected: 0,
        unit: 'objects',
        window,
      },
    ],
    rejected: [
      'one busy day: it rose on several',
      `a busy day for everybody: its ${thousands(peers.size)} peers did not read as much more`,
      'growth: habits may grow by what is set a week',
    ],
    scope: 'credential',
  };
}

/** What it holds of all collections, against peers that made as many requests. */
function judgeLedger({ event, baseline, peers, heavy, knowledge, params: p }: Ctx): Draft | null {
  const state = heavy!;
  state.looks++;
  if (state.looks < LOOK_EVERY) return null;
  state.looks = 0;
  const { low, value } = baseline.distinct;
  const most = p.ledgerFactor * peers.distinctP99;
  if (low < p.ledgerFloor || peers.distinctP99 === 0 || low < most || low < 2 * state.ledgerTold) return null;
  if (!knowledge.empty && knowledge.entitlement(event, event.objects.at(-1)!.collection) !== null)
    return null;
  state.ledgerTold = low;
  const window = spanInWords(event.at - baseline.firstAt);
  return {
    // A percentile of the peers times a factor is no probability: reported at the threshold, whatever the factor.
    logE: p.threshold,
    pages: true,
    since: baseline.firstAt,
    claim: `holds ${thousands(value)} different objects after ${thousands(baseline.seen)} requests; 99 of 100 peers hold at most ${thousands(peers.distinctP99)} after as many`,
    exposed: { records: value, bytes: 0, events: baseline.seen, certain: low },
    evidence: [
      {
        feature: 'different objects it ever touched',
        observed: value,
        expected: Math.round(peers.distinctP99),
        unit: 'objects',
        window,
      },
    ],
    rejected: [
      'a long life: peers are compared after as many requests',
      'an entitlement: none was told for the collection',
    ],
    scope: 'credential',
  };
}

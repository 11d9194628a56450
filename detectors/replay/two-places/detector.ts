// D02: interleaving test. A caller that moves hands over once; two independent callers alternate.
// Always holds: needs no geography; the first switch to a new network is never evidence. Does not see a thief who takes over from
// a silent owner.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { forgetReport, percent, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { cusum } from '../../sequential-test.ts';
import { f32, type StateView } from '../../state/fields.ts';
import { elsewhere, enter, HEAVY, LANES, type LaneState } from './lanes.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const GROUP = {
  steps: f32('requests of peers after another one, from their first hundreds'),
  switches: f32('of these, those that changed network'),
} as const;
/** Requests with which one credential teaches its peers; with how many the peers say something; after how many they fade. */
const TEACHES = 400;
/** Requests after which a lane is a home of the credential. */
const SETTLED = 100;
const GROUP_LEAST = 2000;
const GROUP_MEMORY = 20_000;

type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY, typeof GROUP>;

export const twoPlaces = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  detect(context) {
    const { event, baseline, heavy: state, params: p } = context;
    const { kind, weak } = event.credential;
    if (state === null || weak || kind === 'client' || kind === 'anonymous') return null;
    const previous = state.last - 1;
    const { lane, opened } = enter(state, event, baseline);
    if (previous < 0 || opened) return null;
    const joining = joiningLane(context, lane, previous);
    const mixed = lane !== previous && joins(context, lane) !== joins(context, previous);
    learnRate(state, context.group, {
      switched: lane !== previous,
      settled: Math.min(state.requests.get(lane), state.requests.get(previous)) >= SETTLED,
      young: joining >= 0 && event.at - state.firstAt.get(joining) < DAY,
    });
    const rate = usualRate(context, joining);
    if (rate > p.disabledRate || (lane !== previous && !mixed)) return null;
    state.evidence = cusum(state.evidence, mixed, { p0: rate, p1: Math.min(0.6, Math.max(0.2, 3 * rate)) });
    if (state.evidence === 0) {
      state.returns = state.behindSteps = 0;
      state.since = event.at;
      if (state.reportedAt !== 0 && event.at - state.reportedAt > DAY) forgetReport(state);
      return null;
    }
    state.behindSteps++;
    if (mixed) state.returns++;
    return joining === lane ? judge(context, lane, rate) : null;
  },
});

/** The lane whose company is tested: of this call, of the one before, else the one that joined last. */
function joiningLane(context: Ctx, lane: number, previous: number): number {
  if (joins(context, lane)) return lane;
  if (joins(context, previous)) return previous;
  const state = context.heavy!;
  let latest = -1;
  for (let i = 0; i < LANES; i++)
    if (
      state.requests.get(i) > 0 &&
      (latest < 0 || state.lastAt.get(i) > state.lastAt.get(latest)) &&
      joins(context, i)
    )
      latest = i;
  return latest;
}

/** A secret that belongs to one running client for hours at most: a second network cannot be a second deployment. */
function isShortLived({ event }: Ctx): boolean {
  const { kind, jti, issued_at, expires_at } = event.credential;
  return (
    kind === 'session' ||
    jti !== null ||
    (issued_at !== null && expires_at !== null && expires_at - issued_at <= DAY)
  );
}

/** True for a lane that was not there from the start, judged by time, requests and how unlikely its absence was. */
function joins(context: Ctx, lane: number): boolean {
  const { event, baseline, params: p } = context;
  const state = context.heavy!;
  const firstAt = state.firstAt.get(lane);
  const before = state.joined.get(lane);
  if (before === 0 || event.at - firstAt >= p.youngDays * DAY || state.shared.get(lane) === 0) return false;
  if (movesOften(context, lane)) return false;
  const other = elsewhere(state, lane);
  if (!other.client && !other.country) return true;
  const share = Math.min(0.9, state.requests.get(lane) / Math.max(1, baseline.seen + 1 - before));
  if (-before * Math.log(1 - share) < p.absence) return false;
  return (
    isShortLived(context) || before >= p.joinRequests || firstAt - baseline.firstAt >= p.joinMinutes * 60_000
  );
}

/** Build machines and pools come from ever new networks: one more of those is no news. */
function movesOften({ heavy, params: p }: Ctx, lane: number): boolean {
  const others = heavy!.openedBefore.get(lane);
  return others >= 3 && heavy!.joined.get(lane) < others * p.requestsPerNetwork;
}

/** Switches with a lane of the last day are not learned: they may be the theft. */
function learnRate(
  state: LaneState,
  group: StateView<typeof GROUP>,
  { switched, settled, young }: { switched: boolean; settled: boolean; young: boolean },
): void {
  if (state.evidence >= 3 || (switched && young)) return;
  state.steps++;
  // Alternating between two places that are both home says nothing about a third.
  if (switched && !settled) state.switches++;
  // A peer teaches the group until its own rate is settled, so that busy ones do not speak for all.
  if (state.steps <= TEACHES) {
    group.steps++;
    if (switched) group.switches++;
    if (group.steps >= GROUP_MEMORY) {
      group.steps /= 2;
      group.switches /= 2;
    }
  }
  if (state.steps < 4000) return;
  state.steps /= 2;
  state.switches /= 2;
}

/** The share of requests that may switch network when nothing is wrong. */
function usualRate(context: Ctx, joining: number): number {
  const { params: p } = context;
  const state = context.heavy!;
  let floor = p.roamingRate;
  if (joining >= 0) {
    const other = elsewhere(state, joining);
    if (!other.client || !other.country) floor = Math.min(floor, p.differentRate);
  }
  if (isShortLived(context)) floor *= 0.75;
  const own = (2 * state.switches) / Math.max(50, state.steps);
  // Peers who commute between home and carrier all day explain one that begins to.
  const { group } = context;
  const peers = group.steps < GROUP_LEAST ? 0 : group.switches / group.steps;
  const people = context.event.credential.kind === 'jwt' || context.event.credential.kind === 'session';
  return Math.max(floor, own, people || state.steps < 4 * TEACHES ? 1.5 * peers : 0);
}

function judge(context: Ctx, lane: number, rate: number): Draft | null {
  const { event, params: p } = context;
  const state = context.heavy!;
  const requests = state.requests.get(lane);
  if (state.evidence < p.threshold || requests < p.requestFloor || state.answered.get(lane) === 0)
    return null;
  if (!worthReporting(state, event.at, requests)) return null;
  const { client } = event;
  const settled = settledLane(state, lane);
  const since = state.firstAt.get(lane);
  const window = spanInWords(event.at - state.since);
  const other = elsewhere(state, lane);
  const place =
    client.asn !== 0 ? `AS${client.asn} (${client.country})` : `${client.prefix} (${client.country})`;
  const perSwitch = Math.round(1 / rate);
  return {
    logE: state.evidence,
    pages: true,
    since,
    claim: `is used in two places at once: ${place} joined after ${thousands(state.joined.get(lane))} requests from elsewhere and the two alternated ${thousands(state.returns)} times within ${thousands(state.behindSteps)} requests in ${window}; one caller that changes networks does so at most once in ${perSwitch} requests`,
    exposed: { records: state.records.get(lane), bytes: state.bytes.get(lane), events: requests },
    evidence: [
      {
        feature: 'switches between the networks',
        observed: state.returns,
        expected: Math.round(rate * state.behindSteps * 10) / 10,
        unit: 'switches',
        window: `${state.behindSteps} requests`,
      },
      {
        feature: 'requests from the joining network',
        observed: requests,
        expected: 0,
        unit: 'requests',
        window: spanInWords(event.at - since),
      },
      {
        feature: 'requests from the settled network meanwhile',
        observed: Math.max(0, state.behindSteps - requests),
        expected: state.behindSteps,
        unit: 'requests',
        window,
      },
      {
        feature: 'client of the joining network',
        observed: client.ua_family,
        expected: other.client ? 'known' : 'never used by this credential',
        unit: 'client family',
        window: 'lifetime',
      },
    ],
    rejected: [
      'roaming: a caller that moves hands over and does not keep returning',
      `several sites from the start: this network first appeared ${spanInWords(since - state.firstAt.get(settled))} after the first`,
      `a connection that flaps: it switches in ${percent(state.returns / state.behindSteps)} of requests, ${percent(rate)} is the most expected`,
    ],
    scope: 'source',
  };
}

function settledLane(state: LaneState, joining: number): number {
  let first = joining;
  for (let i = 0; i < LANES; i++)
    if (state.requests.get(i) > 0 && state.firstAt.get(i) < state.firstAt.get(first)) first = i;
  return first;
}

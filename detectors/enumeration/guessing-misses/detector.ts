// D10: threshold random walk over first requests for objects: too many of them miss.
// Always holds: each object counts once, and not at all when another caller missed it before. After Jung, Paxson, Berger and
// Balakrishnan 2004, "Fast portscan detection using sequential hypothesis testing"; restarted at zero instead of accepting.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { createPool, ofSiblings, type Pool, type Sums, type Words } from '../../endpoint/siblings.ts';
import { hash32 } from '../../hash.ts';
import {
  collectionInWords,
  forgetReport,
  percent,
  REPORTED,
  spanInWords,
  worthReporting,
} from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { f32, f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { followedShare, learnOutcome, missedByOthers, ROUTE } from './misses.ts';
import { PARAMS } from './params.ts';

type Ctx = Context<
  z.infer<typeof PARAMS>,
  Record<never, never>,
  typeof HEAVY,
  Record<never, never>,
  typeof ROUTE,
  Pool
>;

const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "the first request for an object misses"'),
  misses: u32('distinct objects missed since the evidence was last 0'),
  hits: u32('distinct objects found since then'),
  since: f64('when that was, ms'),
  bytes: f64('bytes of the hits since then'),
  lastAt: f64('latest first request, ms'),
  lastMissed: u32('hash of the object missed last, so that a retry is not a new miss'),
} as const;

const DAY = 24 * 3_600_000;
const IDLE = DAY;
const PRIOR = 50;

export const guessingMisses = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: ROUTE,
  memory: createPool,
  detect(context) {
    const { event, baseline, heavy: state, route, params: p } = context;
    const { objects } = baseline;
    if (state === null || objects.total === 0 || objects.novel === 0) return null;
    // Identifiers of people are looked up from address books; D12 judges lists of them.
    if (isIdentifier(event.objects.at(-1)!.collection)) return null;
    const outcome = outcomeOf(event.status);
    if (outcome === null) return null;
    const object = objects.hash || hash32(event.path);
    const hit = outcome === 'hit';
    if (
      !hit &&
      (object === state.lastMissed || missedByOthers(route, object, hash32(event.credential.lineage)))
    )
      return null;
    if (event.at - state.lastAt > IDLE) restart(state, event.at);
    state.lastAt = event.at;
    if (!hit) state.lastMissed = object;
    const usual = usualHits(context);
    if (usual < 0.4) return null;
    const guessed = Math.max(usual > 0.95 ? 2 * p.guessedHits : 0, p.guessedHits);
    state.evidence = cusum(state.evidence, !hit, {
      p0: 1 - usual,
      p1: Math.max(1 - Math.min(guessed, 0.9), 1 - usual),
    });
    if (state.evidence === 0) {
      restart(state, event.at);
      return null;
    }
    if (hit) {
      state.hits += objects.novel;
      state.bytes += event.bytes_out;
      return null;
    }
    state.misses++;
    return judge(context, usual);
  },
  watch(context) {
    const { event, heavy: state, route, params: p, memory, knowledge } = context;
    if (state === null || state.evidence < p.threshold || state.lastAt !== event.at) return null;
    if (state.misses < p.siblingFloor || isAtHome(context)) return null;
    if (followedShare(route, hash32(event.credential.lineage)) >= 0.5) return null;
    const together = memory.note(event, {
      amount: state.misses,
      records: found(context),
      requests: state.misses + state.hits,
      bytes: state.bytes,
      since: state.since,
    });
    if (together === null || together.amount < p.missFloor) return null;
    if (!knowledge.empty && knowledge.deploy(event) !== null) return null;
    if (!memory.tell(together, event.at)) return null;
    return [ofSiblings(event, together, (sums) => siblingWords(context, sums))];
  },
  learn({ event, baseline, route }) {
    if (baseline.objects.novel === 0) return;
    const outcome = outcomeOf(event.status);
    if (outcome === null) return;
    const newcomer = baseline.events === 0 || event.at - baseline.firstAt < DAY;
    learnOutcome(route, outcome === 'hit', newcomer);
  },
});

/** Objects found. Of a caller of today also before it could be judged: it came to guess, and found as many of those as since. */
function found({ event, baseline, heavy }: Ctx): number {
  const { hits, misses } = heavy!;
  if (event.at - baseline.firstAt > DAY) return hits;
  return Math.max(hits, Math.round((baseline.distinct.value * hits) / (hits + misses)));
}

/** Known, and calling from where it always does: such credentials may share a list that a clean-up made old. */
const isAtHome = ({ baseline: { mature, source } }: Ctx): boolean =>
  mature && (source.asnKnown || source.prefixKnown);

/** What a status says about whether the object exists for this caller; null when it says nothing (401, 429, 5xx). */
function outcomeOf(status: number): 'hit' | 'miss' | null {
  if ((status >= 200 && status < 300) || status === 304) return 'hit';
  return status === 404 || status === 410 || status === 403 || status === 400 || status === 422
    ? 'miss'
    : null;
}

function restart(state: NonNullable<Ctx['heavy']>, at: number): void {
  state.evidence = state.misses = state.hits = state.bytes = 0;
  state.since = at;
  forgetReport(state);
}

/** Posterior share of first requests that hit on this route; the prior weighs 50 requests. */
function usualHits({ route, params: p }: Ctx): number {
  return clamp((PRIOR * p.usualHits + route.hits) / (PRIOR + route.trials), 0.01, 0.98);
}

function judge(context: Ctx, usual: number): Draft | null {
  const { event, heavy, route, params: p, peers } = context;
  const state = heavy!;
  const floor = event.credential.weak ? Math.max(p.weakFloor, p.missFloor) : p.missFloor;
  if (state.evidence < p.threshold || state.misses < floor) return null;
  // The first of many to follow dead links is known for it only once the others come to them.
  if (followedShare(route, hash32(event.credential.lineage)) >= 0.5) return null;
  if (!worthReporting(state, event.at, state.misses)) return null;
  const asked = state.misses + state.hits;
  const window = spanInWords(event.at - state.since);
  const things = collectionInWords(event.objects.at(-1)?.collection ?? event.route);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `missed ${thousands(state.misses)} of ${thousands(asked)} different ${things} it asked for the first time in ${window} (${percent(state.misses / asked)}); on this route ${percent(1 - usual)} of first requests miss`,
    exposed: {
      records: found(context),
      bytes: state.bytes,
      events: asked,
      certain: state.hits,
    },
    evidence: [
      {
        feature: 'first requests for an object that missed',
        observed: Math.round((state.misses / asked) * 1000) / 1000,
        expected: Math.round((1 - usual) * 1000) / 1000,
        unit: 'share',
        window: `${asked} first requests`,
      },
      {
        feature: 'distinct objects missed',
        observed: state.misses,
        expected: Math.ceil((1 - usual) * asked),
        unit: 'objects',
        window,
      },
      {
        feature: 'misses among the peers',
        observed: Math.round((state.misses / asked) * 1000) / 1000,
        expected: Math.round(peers.missShare * 1000) / 1000,
        unit: 'share',
        window: 'learned',
      },
    ],
    rejected: [
      'retries: each object counts once',
      'dead links: no other caller had missed the same objects, and few did afterwards',
      'objects that were deleted: the credential had never read any of them',
    ],
    scope: 'credential',
  };
}

function siblingWords(context: Ctx, sums: Sums): Words {
  const { event, heavy, peers } = context;
  const usual = usualHits(context);
  const share = sums.amount / sums.requests;
  const window = spanInWords(event.at - sums.since);
  return {
    logE: heavy!.evidence,
    claim: `missed ${thousands(sums.amount)} of ${thousands(sums.requests)} different objects that ${sums.members} of its credentials asked for the first time in ${window} (${percent(share)}); on this route ${percent(1 - usual)} of first requests miss`,
    evidence: [
      {
        feature: 'credentials of the client that miss so often',
        observed: sums.members,
        expected: 0,
        unit: 'credentials',
        window,
      },
      {
        feature: 'distinct objects missed',
        observed: sums.amount,
        expected: Math.ceil((1 - usual) * sums.requests),
        unit: 'objects',
        window,
      },
      {
        feature: 'misses among the peers',
        observed: Math.round(share * 1000) / 1000,
        expected: Math.round(peers.missShare * 1000) / 1000,
        unit: 'share',
        window: 'learned',
      },
    ],
    rejected: [
      'retries: each object counts once',
      'dead links: they miss different objects, which no other caller had missed',
      'a list grown old: they are new here, or call from where they never did',
      'a release: none was told for these routes',
    ],
  };
}

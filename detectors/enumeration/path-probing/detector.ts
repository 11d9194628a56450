// D13: threshold random walk over paths new to the caller: too many of them are not there, or not for it.
// Always holds: each path counts once; paths that unsuspicious callers missed as well do not count. Words that only probes ask for
// are told, and are never evidence by themselves. After Jung, Paxson, Berger and Balakrishnan 2004.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { forgetReport, percent, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { addTo, FILTER_WORDS } from '../../small-filter.ts';
import { f32, f64, u16, u32s } from '../../state/fields.ts';
import { createDeadLinks, type DeadLinks } from './dead-links.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';
import { isAutomatic, isTelling } from './telling.ts';

const HEAVY = {
  ...REPORTED,
  tried: u32s(FILTER_WORDS, 'Bloom filter of the paths since the evidence was last 0'),
  evidence: f32('CUSUM of "a path new to the caller is not there"'),
  misses: u16('different paths missed since then'),
  hits: u16('different paths that answered since then'),
  telling: u16('of the missed ones, those that only probes ask for'),
  bytes: f64('bytes of those that answered'),
  since: f64('first of them, ms'),
  lastAt: f64('latest of them, ms'),
} as const;
const GROUP = {
  hits: f32('paths new to their caller that answered, of unsuspicious callers'),
  trials: f32('paths new to their caller; halved at 20,000'),
} as const;
type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, typeof GROUP, None, DeadLinks>;
type State = NonNullable<Ctx['heavy']>;

const MINUTE = 60_000;
/** A known caller may probe for a day; behind an address somebody else may sit after ten minutes. */
const IDLE = 24 * 60 * MINUTE;
const WEAK_IDLE = 10 * MINUTE;
const PRIOR = 50;
/** Below this share of hits even ordinary callers miss more often than not: the test is off. */
const LEAST_USUAL = 0.4;
/** A program that says it is a search engine's follows whatever was linked once. */
const CRAWLER = 4;

export const pathProbing = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: GROUP,
  route: {},
  memory: createDeadLinks,
  detect(context) {
    const { event, baseline, heavy: state, memory, params: p } = context;
    if (state === null) return null;
    const outcome = outcomeOf(event.status, event.credential.weak);
    if (outcome === null || (baseline.routeKnown && !isUnlearned(event.route))) return null;
    // Ids of objects that are not there are D10's.
    if (event.objects.length > 0 || event.method === 'OPTIONS' || isAutomatic(event.path)) return null;
    const hit = outcome === 'hit';
    const path = hash32(event.path, hash32(event.tenant));
    if (!hit && memory.isDead(path)) return null;
    if (event.at - state.lastAt > (event.credential.weak ? WEAK_IDLE : IDLE)) restart(state);
    const usual = usualHits(context);
    if (usual < LEAST_USUAL || !addTo(state.tried, path)) return null;
    if (state.evidence === 0) state.since = event.at;
    state.lastAt = event.at;
    state.evidence = cusum(state.evidence, !hit, {
      p0: 1 - usual,
      p1: Math.max(1 - p.probedHits, 1 - usual),
    });
    if (state.evidence === 0) {
      restart(state);
      return null;
    }
    if (hit) {
      state.hits++;
      state.bytes += event.bytes_out;
      return null;
    }
    state.misses++;
    if (isTelling(event.path, event.query)) state.telling++;
    context.suspect(state.evidence);
    return judge(context, usual);
  },
  learn({ event, baseline, group, memory }) {
    if ((baseline.routeKnown && !isUnlearned(event.route)) || event.objects.length > 0) return;
    const outcome = outcomeOf(event.status, event.credential.weak);
    if (outcome === null) return;
    const { lineage } = event.credential;
    if (outcome === 'miss') memory.note(hash32(event.path, hash32(event.tenant)), hash32(lineage));
    // What is unlearned is so for hits and misses alike, but a path that answers is soon learned.
    if (isUnlearned(event.route)) return;
    group.trials++;
    if (outcome === 'hit') group.hits++;
    if (group.trials < 20_000) return;
    group.trials /= 2;
    group.hits /= 2;
  },
});

/** Paths that never answered share one route: `/{…}`, or a prefix with it. */
const isUnlearned = (route: string): boolean => route.endsWith('{…}');

/** What a status says about whether the path is there for this caller; null when it says nothing. */
function outcomeOf(status: number, weak: boolean): 'hit' | 'miss' | null {
  if (status >= 200 && status < 400) return 'hit';
  if (status === 404 || status === 405 || status === 403 || status === 410) return 'miss';
  return status === 401 && !weak ? 'miss' : null;
}

function restart(state: State): void {
  state.evidence = state.misses = state.hits = state.telling = state.bytes = 0;
  state.tried.fill(0);
  forgetReport(state);
}

function usualHits({ group, params: p }: Ctx): number {
  return clamp((PRIOR * p.usualHits + group.hits) / (PRIOR + group.trials), 0.01, 0.98);
}

function judge({ event, heavy, params: p }: Ctx, usual: number): Draft | null {
  const state = heavy!;
  const { weak } = event.credential;
  const crawler = weak && event.client.ua_family.startsWith('bot:') ? CRAWLER : 1;
  const floor = crawler * (weak ? Math.max(p.weakFloor, p.pathFloor) : p.pathFloor);
  if (state.evidence < p.threshold || state.misses < floor) return null;
  if (!worthReporting(state, event.at, state.misses)) return null;
  const tried = state.misses + state.hits;
  const window = spanInWords(event.at - state.since);
  const telling =
    state.telling > 0 ? `; ${thousands(state.telling)} of them are of a kind that only probes ask for` : '';
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `asked for ${thousands(tried)} different paths it never used in ${window}, and ${thousands(state.misses)} were missing or not for it (${percent(state.misses / tried)}); of paths new to their caller ${percent(1 - usual)} are${telling}`,
    exposed: { records: 0, bytes: state.bytes, events: tried },
    evidence: [
      {
        feature: 'different paths missed',
        observed: state.misses,
        expected: Math.ceil((1 - usual) * tried),
        unit: 'paths',
        window,
      },
      {
        feature: 'paths that answered',
        observed: state.hits,
        expected: Math.round(usual * tried),
        unit: 'paths',
        window,
      },
      {
        feature: 'missed paths that only probes ask for',
        observed: state.telling,
        expected: 0,
        unit: 'paths',
        window,
      },
    ],
    rejected: [
      'one path again and again: each counts once',
      'dead links: no unsuspicious caller had missed the same paths',
      'what browsers ask for by themselves: such files are left out',
    ],
    scope: 'credential',
  };
}

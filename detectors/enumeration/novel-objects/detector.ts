// D08: revisit deficit. Counts how many of the objects a credential reads are new to it, against its habit or its peers'.
// Always holds: needs evidence and an excess of records. Does not depend on the order of ids or on the pace.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { isIdentifier } from '../../endpoint/identifiers.ts';
import { createPool, ofSiblings, type Pool, type Sums, type Words } from '../../endpoint/siblings.ts';
import {
  collectionInWords,
  forgetReport,
  percent,
  REPORTED,
  spanInWords,
  worthReporting,
} from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { evidenceOf } from '../../sequential-test.ts';
import { f32, f64, u32 } from '../../state/fields.ts';
import { META } from './meta.ts';
import { byPeers, type NullModel, nullModel } from './null-model.ts';
import { PARAMS } from './params.ts';

type None = Record<never, never>;
type Ctx = Context<z.infer<typeof PARAMS>, None, typeof HEAVY, None, None, Pool>;

const HEAVY = {
  ...REPORTED,
  evidence: f32('CUSUM of "the object is new to the credential", against always'),
  diluted: f32('the same against a share halfway up, for those that hide among revisits'),
  excess: f32('new objects beyond the usual share since the evidence was last 0'),
  novel: u32('new objects since then'),
  accesses: u32('object accesses since then'),
  records: u32('new objects returned with 2xx since then'),
  bytes: f64('bytes of those answers'),
  since: f64('first access since the evidence was last 0, ms'),
  lastAt: f64('latest new object, ms'),
  burst: u32('new objects of the present page load'),
  longestBurst: u32('most new objects of one page load since the evidence was last 0'),
  quick: u32('new objects within page loads since then'),
  p0: f32('own usual share of new objects when the evidence left 0; 0 when judged by peers'),
} as const;
/** One call that names many objects counts as at most this many. */
const MOST_PER_CALL = 50;
/** Calls closer than this belong to one page load; so many objects at most. */
const PAGE_LOAD_GAP = 2000;
const PAGE_LOAD = 120;
/** Callers that load whole pages of objects see many new ones on every screen. */
const PAGE_LOADS = 3;
/** Part of the way from usual to always that a diluted collection goes. */
const DILUTED = 0.3;

export const novelObjects = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  memory: createPool,
  detect(context) {
    const { event, baseline, heavy: state, params: p } = context;
    const { total, novel } = baseline.objects;
    if (state === null || total === 0) return null;
    // Identifiers of people are looked up from address books; D12 judges lists of them.
    if (isIdentifier(event.objects.at(-1)!.collection)) return null;
    if (event.credential.weak && event.client.ua_family.startsWith('bot:')) return null;
    const model = frozenModel(context);
    if (model === null) return null;
    if (state.accesses === 0) state.since = event.at;
    const fresh = Math.min(novel, MOST_PER_CALL);
    const known = Math.min(total - novel, MOST_PER_CALL);
    const shares = { p0: model.p0, p1: p.collecting };
    state.evidence = Math.max(
      0,
      state.evidence + fresh * evidenceOf(true, shares) + known * evidenceOf(false, shares),
    );
    const half = { p0: model.p0, p1: model.p0 + DILUTED * (1 - model.p0) };
    state.diluted = Math.max(
      0,
      state.diluted + fresh * evidenceOf(true, half) + known * evidenceOf(false, half),
    );
    if (!rising(state)) {
      state.excess = state.novel = state.accesses = state.records = state.bytes = 0;
      state.longestBurst = state.quick = 0;
      forgetReport(state);
      return null;
    }
    state.excess += fresh - model.p0 * (fresh + known);
    state.novel += fresh;
    if (fresh > 0) notePageLoad(state, fresh, event.at);
    state.accesses += fresh + known;
    if (event.status >= 200 && event.status < 300) {
      state.records += fresh;
      state.bytes += event.bytes_out;
    }
    return fresh > 0 ? judge(context, model) : null;
  },
  watch(context) {
    const { event, baseline, heavy: state, params: p, memory, knowledge } = context;
    if (state === null || baseline.objects.novel === 0) return null;
    const logE = strongest(state);
    if (logE < p.threshold || state.excess < p.siblingFloor) return null;
    const together = memory.note(event, {
      amount: state.records,
      records: state.records,
      requests: state.accesses,
      bytes: state.bytes,
      since: state.since,
    });
    if (together === null || together.amount < p.excessFloor) return null;
    if (!knowledge.empty && knowledge.deploy(event) !== null) return null;
    if (!memory.tell(together, event.at)) return null;
    return [ofSiblings(event, together, (sums) => siblingWords(context, logE, sums))];
  },
});

function siblingWords({ event, peers }: Ctx, logE: number, sums: Sums): Words {
  const window = spanInWords(event.at - sums.since);
  return {
    logE,
    claim: `read ${thousands(sums.records)} objects new to its credentials through ${sums.members} of them at once in ${window}; each of them usually returns to objects it knows`,
    evidence: [
      {
        feature: 'credentials of the client that collect',
        observed: sums.members,
        expected: 0,
        unit: 'credentials',
        window,
      },
      {
        feature: 'objects new to them',
        observed: sums.records,
        expected: Math.round(peers.novelShare * sums.requests),
        unit: 'objects',
        window,
      },
    ],
    rejected: [
      'one credential with more work: several began to collect within the same hour',
      'a release: none was told for these routes',
    ],
  };
}

/** The credential's own habit is taken as it stood before the present stretch, which must not become its own excuse. */
function frozenModel(context: Ctx): NullModel | null {
  const { heavy, params } = context;
  const model = nullModel(context, params);
  const state = heavy!;
  if (!rising(state)) state.p0 = model?.by === 'own' ? model.p0 : 0;
  if (state.p0 > 0 && model !== null) return { ...model, p0: state.p0, by: 'own' };
  return model?.by === 'own' && rising(state) ? byPeers(context, params) : model;
}

/** ln of the mixture of the two tests, at least. */
const strongest = (state: NonNullable<Ctx['heavy']>): number =>
  Math.max(0, Math.max(state.evidence, state.diluted) - Math.LN2);

/** Something speaks for it since it began anew. */
const rising = (state: NonNullable<Ctx['heavy']>): boolean => state.evidence > 0 || state.diluted > 0;

function notePageLoad(state: NonNullable<Ctx['heavy']>, fresh: number, at: number): void {
  const quick = at - state.lastAt < PAGE_LOAD_GAP;
  state.burst = quick ? state.burst + fresh : fresh;
  state.longestBurst = Math.max(state.longestBurst, state.burst);
  if (quick) state.quick += fresh;
  state.lastAt = at;
}

function judge({ event, baseline, peers, heavy, params: p }: Ctx, model: NullModel): Draft | null {
  const state = heavy!;
  const own = model.by === 'own';
  // Against peers the floor is a number of objects, not of objects beyond a share that is high for every newcomer.
  const amount = own ? state.excess : Math.min(state.novel, baseline.distinct.low);
  const loads = state.quick >= 0.8 * state.novel && state.longestBurst <= PAGE_LOAD ? PAGE_LOADS : 1;
  const evidence = strongest(state);
  if (evidence < p.threshold || Math.min(amount, state.records) < loads * model.floor) return null;
  if (!worthReporting(state, event.at, state.novel)) return null;
  const window = spanInWords(event.at - state.since);
  const share = state.novel / state.accesses;
  const usual = own ? model.p0 / p.inflation : peers.novelShare;
  const most = own ? baseline.maxNovelPerDay : peers.distinctP99;
  return {
    logE: evidence,
    pages: true,
    since: state.since,
    claim: `read ${thousands(state.records)} ${collectionInWords(event.objects.at(-1)!.collection)} it had never touched in ${window}, ${percent(share)} of its accesses; ${own ? `before, ${percent(usual)} were new` : `among its ${thousands(peers.size)} peers ${percent(usual)} are new`}${most > 0 ? ` and at most ${thousands(most)} ${own ? 'on one day' : 'objects at this age'}` : ''}`,
    exposed: {
      records: state.records,
      bytes: state.bytes,
      events: state.accesses,
      // Some new objects are usual; which ones of these, nobody can tell.
      certain: Math.floor(Math.min(state.records, Math.max(0, state.excess))),
    },
    evidence: [
      {
        feature: 'share of accesses to new objects',
        observed: Math.round(share * 1000) / 1000,
        expected: Math.round(usual * 1000) / 1000,
        unit: 'share',
        window: `${state.accesses} accesses`,
      },
      {
        feature: own ? 'new objects beyond the usual share' : 'new objects',
        observed: Math.round(amount),
        expected: `fewer than ${Math.round(loads * model.floor)}`,
        unit: 'objects',
        window,
      },
      ...(most > 0 ? [againstMost(state.novel, { most: Math.round(most), own })] : []),
    ],
    rejected: [
      'more work than usual: revisits would have grown along with new objects',
      own ? 'a habit of reading new objects: its own past says otherwise' : normalStart(most),
    ],
    scope: 'credential',
  };
}

function againstMost(novel: number, { most, own }: { most: number; own: boolean }) {
  const feature = own
    ? 'new objects, against the most on one day before'
    : 'new objects, against the 99th percentile of peers at the same age';
  return { feature, observed: novel, expected: most, unit: 'objects', window: 'learned' };
}

function normalStart(most: number): string {
  return most > 0
    ? 'a normal start: no peer of the same age has read nearly as many'
    : 'a normal start: peers return to what they have read; too few have made as many requests to compare amounts';
}

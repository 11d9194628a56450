// D31: read, then overwritten or deleted, object after object, by a credential that did not work that way.
// Always holds: its own share of such pairs is learned, so editors and synchronisations are not judged by others' habits.

import type { z } from 'zod';
import { type Context, type Draft, defineDetector } from '../../detector.ts';
import { forgetReport, REPORTED, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { f32, f64, u8, u32, u32s } from '../../state/fields.ts';
import { META } from './meta.ts';
import { PARAMS } from './params.ts';

const RING = 8;
const HEAVY = {
  ...REPORTED,
  read: u32s(RING, 'hashes of the objects read last'),
  readAt: u32s(RING, 'when, seconds since the epoch'),
  next: u8('place in the ring'),
  pairs: f32('writes that followed a read of the same object, learned'),
  writes: f32('writes learned from'),
  usual: f32('share of such pairs that was usual when the evidence began'),
  evidence: f32('CUSUM of "a write follows a read of its object"'),
  hit: u32('objects hit since it was 0'),
  bytes: f64('bytes of the reads before them'),
  since: f64('the first of them, ms'),
  lastAt: f64('latest write, ms'),
  settings: f64('latest change of keeping or encryption on a route new to the credential, ms'),
} as const;
type Ctx = Context<z.infer<typeof PARAMS>, Record<never, never>, typeof HEAVY>;

const WITHIN_SECONDS = 60;
const PRIOR = 20;
const DAY = 86_400_000;
const IDLE = 3_600_000;
/** Who mostly reads before writing cannot be told from somebody else who does. */
const MOST_USUAL = 0.6;
const SETTINGS = /lifecycle|retention|encrypt|versioning|backup|expire|object-lock/i;

export const destructiveShift = defineDetector({
  meta: META,
  params: PARAMS,
  light: {},
  heavy: HEAVY,
  group: {},
  route: {},
  detect(context) {
    const { event, heavy: state, baseline, params: p } = context;
    if (state === null || event.status < 200 || event.status > 299) return null;
    const object = baseline.objects.hash;
    if (event.method === 'GET') {
      if (object !== 0) remember(state, object, event.at);
      return null;
    }
    if (
      event.method !== 'PUT' &&
      event.method !== 'DELETE' &&
      event.method !== 'POST' &&
      event.method !== 'PATCH'
    )
      return null;
    if (!baseline.routeKnown && SETTINGS.test(event.route)) state.settings = event.at;
    if (object === 0) return null;
    const pair = event.method !== 'POST' && readJustNow(state, object, event.at);
    if (event.at - state.lastAt > IDLE) state.evidence = 0;
    state.lastAt = event.at;
    // Taken as it stood before, so that the behaviour is not its own excuse.
    if (state.evidence === 0)
      state.usual = clamp((1.5 * (state.pairs + PRIOR * p.usualPairs)) / (state.writes + PRIOR), 0.02, 0.85);
    const { usual } = state;
    if (usual > MOST_USUAL) return null;
    state.evidence = cusum(state.evidence, pair, { p0: usual, p1: 0.95 });
    if (state.evidence > 3) context.suspect(state.evidence);
    if (state.evidence === 0) {
      state.hit = state.bytes = 0;
      forgetReport(state);
    }
    if (!pair || state.evidence === 0) return null;
    if (state.hit === 0) state.since = event.at;
    state.hit++;
    return judge(context, usual);
  },
  learn({ event, heavy: state, baseline }) {
    if (state === null || baseline.objects.hash === 0 || event.method === 'GET' || event.method === 'POST')
      return;
    state.writes++;
    if (readJustNow(state, baseline.objects.hash, event.at)) state.pairs++;
    if (state.writes < 2000) return;
    state.writes /= 2;
    state.pairs /= 2;
  },
});

function remember(state: NonNullable<Ctx['heavy']>, object: number, at: number): void {
  state.read.set(state.next, object);
  state.readAt.set(state.next, Math.floor(at / 1000));
  state.next = (state.next + 1) % RING;
}

function readJustNow(state: NonNullable<Ctx['heavy']>, object: number, at: number): boolean {
  const second = Math.floor(at / 1000);
  for (let i = 0; i < RING; i++)
    if (state.read.get(i) === object && second - state.readAt.get(i) <= WITHIN_SECONDS) return true;
  return false;
}

function judge({ event, heavy, params: p }: Ctx, usual: number): Draft | null {
  const state = heavy!;
  const prepared = state.settings > 0 && event.at - state.settings < DAY;
  const floor = prepared ? p.objectFloor / 2 : p.objectFloor;
  if (state.evidence < p.threshold || state.hit < floor) return null;
  if (!worthReporting(state, event.at, state.hit)) return null;
  const window = spanInWords(event.at - state.since);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `read ${thousands(state.hit)} objects and overwrote or deleted each within a minute, in ${window}${prepared ? ', after changing how long things are kept or how they are encrypted' : ''}; usually ${Math.round((100 * usual) / 1.5)} % of its writes follow such a read`,
    exposed: { records: state.hit, bytes: state.bytes, events: 2 * state.hit },
    evidence: [
      {
        feature: 'objects read and at once overwritten or deleted',
        observed: state.hit,
        expected: Math.round(usual * state.hit),
        unit: 'objects',
        window,
      },
      {
        feature: 'changes of keeping or encryption before',
        observed: prepared ? 'yes' : 'none',
        expected: 'none',
        unit: 'settings',
        window: '24 h',
      },
    ],
    rejected: [
      'an editor at work: it never wrote back what it read at this rate',
      'a retry: each object counts by what was read before it',
    ],
    scope: 'source',
  };
}

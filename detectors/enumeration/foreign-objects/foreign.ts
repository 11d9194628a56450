// Whose objects does this credential read? Judged where objects are read by those they belong to.
// Always holds: only answers count, and only objects that somebody else kept reading; routes where that is common are not judged,
// nor credentials that always did so. The learned homes take no part in what is under suspicion.

import type { Draft } from '../../detector.ts';
import { collectionInWords, forgetReport, percent, spanInWords, worthReporting } from '../../reporting.ts';
import { thousands } from '../../scoring/wording.ts';
import { clamp, cusum } from '../../sequential-test.ts';
import { type Ctx, HOMES, isEntitled, isSensitive, type State } from './state.ts';

/** Reads of homed objects before a route is known to be one of owned objects. */
const LEAST_READS = 200;
const PRIOR = 20;
const FOREIGN = 0.5;
const DAY = 86_400_000;
/** Reads of its own objects before anything can be called foreign: staff has none. */
const LEAST_OWN = 10;
/** Credentials that read more of what is not theirs do so by profession; said after so many reads of objects with a home. */
const PROFESSION = 0.2;
const LEAST_TRIALS = 20;

export function judgeForeign(context: Ctx): Draft | null {
  const { event, heavy, baseline, route, memory, params: p } = context;
  const state = heavy!;
  const { place, reader } = memory.seek(event, baseline.objects.hash);
  const home = memory.homes.surest(place);
  if (home === 0) return null;
  const isOwn = memory.homes.isHome(place, reader);
  if (isOwn) state.ownEver++;
  if (state.ownEver < LEAST_OWN) return null;
  if (route.homed < LEAST_READS || route.byHome < p.owned * route.homed) return null;
  // A foreign object counts once.
  if (!isOwn && baseline.objects.novel === 0) return null;
  const usual = usualShare(state, route);
  if (usual > PROFESSION) return null;
  if (state.evidence === 0) state.since = event.at;
  state.evidence = cusum(state.evidence, !isOwn, { p0: usual, p1: FOREIGN });
  if (state.evidence === 0) {
    state.foreign = state.own = state.bytes = 0;
    state.homes.fill(0);
    state.paired = 0;
    forgetReport(state);
    return null;
  }
  if (isOwn) {
    state.own++;
    return null;
  }
  state.foreign++;
  state.bytes += event.bytes_out;
  noteHome(state, home);
  const second = memory.homes.second(place);
  if (second !== 0) {
    noteHome(state, second);
    state.paired = 1;
  }
  context.suspect(state.evidence);
  return judge(context, usual);
}

export function learnHome(context: Ctx): void {
  const { event, heavy: state, baseline, route, memory } = context;
  const { reader, place } = memory.seek(event, baseline.objects.hash);
  const hasHome = memory.homes.surest(place) !== 0;
  const isOwn = memory.homes.isHome(place, reader);
  memory.note(Math.floor(event.at / DAY) % 65_536);
  if (!hasHome) return;
  // A desk or a service that reads everybody's objects says nothing about whose they are.
  if (state === null || !isProfessional(state)) countOnRoute(route, isOwn);
  if (state === null) return;
  state.trials++;
  if (!isOwn) state.foreignTrials++;
  if (state.trials < 2000) return;
  state.trials /= 2;
  state.foreignTrials /= 2;
}

/** How often it, or else a caller of the route, reads what is somebody else's. */
function usualShare(state: State, route: Ctx['route']): number {
  const ofRoute = (route.homed - route.byHome + 0.5) / (route.homed + 1);
  return clamp((state.foreignTrials + PRIOR * ofRoute) / (state.trials + PRIOR) + 1e-4, 1e-4, 0.45);
}

const isProfessional = ({ trials, foreignTrials }: State): boolean =>
  trials >= LEAST_TRIALS && foreignTrials > PROFESSION * trials;

function countOnRoute(route: Ctx['route'], byHome: boolean): void {
  route.homed++;
  if (byHome) route.byHome++;
  if (route.homed < 20_000) return;
  route.homed /= 2;
  route.byHome /= 2;
}

function noteHome(state: State, home: number): void {
  for (let i = 0; i < HOMES; i++) {
    const known = state.homes.get(i);
    if (known === home) return;
    if (known !== 0) continue;
    state.homes.set(i, home);
    return;
  }
}

function homesOf(state: State): number {
  let count = 0;
  while (count < HOMES && state.homes.get(count) !== 0) count++;
  return count;
}

function judge(context: Ctx, usual: number): Draft | null {
  const { event, heavy, params: p } = context;
  const state = heavy!;
  const { collection } = event.objects.at(-1)!;
  const floor = isSensitive(context) ? Math.min(p.sensitiveFloor, p.objectFloor) : p.objectFloor;
  const homes = homesOf(state);
  if (state.evidence < p.threshold || state.foreign < floor) return null;
  if (homes < Math.min(HOMES, p.homeFloor + state.paired)) return null;
  if (isEntitled(context)) return null;
  if (!worthReporting(state, event.at, state.foreign)) return null;
  const asked = state.foreign + state.own;
  const window = spanInWords(event.at - state.since);
  const most = homes === HOMES ? `${HOMES} and more` : String(homes);
  return {
    logE: state.evidence,
    pages: true,
    since: state.since,
    claim: `read ${thousands(state.foreign)} ${collectionInWords(collection)} in ${window} that belong to ${most} other readers (${percent(state.foreign / asked)} of its reads of objects that belong to anybody); ${percent(usual)} is usual`,
    exposed: { records: state.foreign, bytes: state.bytes, events: state.foreign },
    evidence: [
      {
        feature: "somebody else's objects",
        observed: state.foreign,
        expected: Math.round(usual * asked),
        unit: 'objects',
        window,
      },
      { feature: 'their usual readers', observed: most, expected: 0, unit: 'credentials', window },
      {
        feature: 'reads by the usual reader on this route',
        observed: Math.round((1 - state.foreign / asked) * 1000) / 1000,
        expected: Math.round((1 - usual) * 1000) / 1000,
        unit: 'share',
        window: `${asked} reads`,
      },
    ],
    rejected: [
      'shared objects: on this route nearly all are read by one credential each',
      'a hand-over from one colleague: they belonged to several',
      'a profession, such as support: it has objects of its own, and read hardly any other before',
    ],
    scope: 'credential',
  };
}

// How new a credential's objects may be when nothing is wrong, and how many records too many matter: from its own past when it
// has one, from its peers while it is young.
// Always holds: at most 0.85, so that evidence can always grow. Does not promise detection where neither past nor peers exist.

import type { Context } from '../../detector.ts';

/** Largest share of new objects that can be called usual. */
const CAP = 0.85;
/** Object accesses, and returns among them, after which a credential's own habit counts. */
const OWN_TRIALS = 60;
const OWN_RETURNS = 30;
/** A caller known only by network and client may be many people, or a crawler. */
const WEAK = 5;

export interface NullModel {
  /** Share of accesses to new objects when nothing is wrong. */
  p0: number;
  /** New objects in excess of that which matter. */
  floor: number;
  /** What it was judged by. */
  by: 'own' | 'peers';
}

export interface NullParams {
  excessFloor: number;
  youngFloor: number;
  youngFactor: number;
  minPeers: number;
  inflation: number;
}

type Ctx = Pick<Context, 'event' | 'baseline' | 'peers'>;

/** A run over everything known meets what was added since: so many new objects are no excess in it. */
const OF_TODAY = 0.05;

/** Null when there is nothing to compare with. */
export function nullModel({ event, baseline, peers }: Ctx, p: NullParams): NullModel | null {
  const { novelShare, novelTrials, maxNovelPerDay } = baseline;
  const { weak } = event.credential;
  const returns = novelTrials * (1 - novelShare);
  const p0 = Math.min(CAP, p.inflation * novelShare);
  const ofToday = OF_TODAY * baseline.requests.today;
  if (baseline.mature)
    return { p0, floor: (weak ? WEAK : 1) * Math.max(p.excessFloor, 3 * maxNovelPerDay, ofToday), by: 'own' };
  if (!weak && novelTrials >= OWN_TRIALS && returns >= OWN_RETURNS)
    return { p0, floor: Math.max(p.excessFloor, p.youngFloor / 2, 3 * maxNovelPerDay, ofToday), by: 'own' };
  return byPeers({ event, peers }, p);
}

/** Where no percentile of the peers is known yet, the floor alone must do. */
export function byPeers({ event, peers }: Pick<Ctx, 'event' | 'peers'>, p: NullParams): NullModel | null {
  if (peers.size < p.minPeers) return null;
  const least = Math.max(p.youngFloor, p.excessFloor);
  const floor = peers.distinctP99 === 0 ? least : Math.max(least, p.youngFactor * peers.distinctP99);
  return {
    p0: Math.min(CAP, p.inflation * peers.novelShare),
    floor: (event.credential.weak ? WEAK : 1) * floor,
    by: 'peers',
  };
}

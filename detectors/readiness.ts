// What can be judged of a credential already, and what needs more of it: so that silence is never taken for safety.
// Always holds: follows from the detectors' own statement of what they learn first (DetectorMeta.learning) and from counts of
// the credential's past. Does not promise that more traffic of the same kind comes.

import type { Detector } from './detector.ts';

/** What a detector must have learned of a credential before it may page on it; without it, it judges from the first call. */
export interface Learning {
  /** `volume`, `source`: what it can then judge, in a word or two. */
  ability: string;
  /** Unsuspicious requests, on at least so many days … */
  requests: number;
  activeDays: number;
  /** … or a first request so many days ago, whichever comes first; null where only the former counts. */
  days: number | null;
}

/** Requests on days, else two weeks: what the baseline calls mature. */
export const MATURE = { requests: 200, activeDays: 3, days: 14 } as const;

export interface Readiness {
  /** Detector ids that judge it already. */
  ready: string[];
  /** The others, with what is missing in words (`after 120 more requests on 2 more days, or 9 more days`). */
  waiting: { detector: string; ability: string; after: string }[];
}

export interface Past {
  /** Unsuspicious requests learned from. */
  events: number;
  activeDays: number;
  firstAt: number;
  lastAt: number;
}

const DAY = 86_400_000;

export function readinessOf(past: Past, detectors: readonly Pick<Detector, 'meta'>[]): Readiness {
  const out: Readiness = { ready: [], waiting: [] };
  for (const { meta } of detectors) {
    const missing = meta.learning ? missingOf(past, meta.learning) : null;
    if (missing === null) out.ready.push(meta.id);
    else out.waiting.push({ detector: meta.id, ability: meta.learning!.ability, after: missing });
  }
  return out;
}

function missingOf(past: Past, need: Learning): string | null {
  const requests = Math.max(0, need.requests - past.events);
  const activeDays = Math.max(0, need.activeDays - past.activeDays);
  const age = Math.floor((past.lastAt - past.firstAt) / DAY);
  const days = need.days === null ? Number.POSITIVE_INFINITY : Math.max(0, need.days - age);
  if ((requests === 0 && activeDays === 0) || days === 0) return null;
  const more = [
    requests > 0 ? `${requests} more ${requests === 1 ? 'request' : 'requests'}` : '',
    activeDays > 0 ? `activity on ${activeDays} more ${activeDays === 1 ? 'day' : 'days'}` : '',
  ].filter((text) => text !== '');
  const other = Number.isFinite(days) ? `, or ${days} more ${days === 1 ? 'day' : 'days'}` : '';
  return `after ${more.join(' and ')}${other}`;
}

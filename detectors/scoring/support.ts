// Findings that do not page on their own, waiting for one that does.
// Always holds: at most `maxCredentials` credentials wait (least recently touched dropped) with at most MAX_CLAIMS each;
// what is dropped before its time is counted.

import { type Claim, DAY } from './open-incident.ts';

const MAX_CLAIMS = 8;

export interface Support {
  wait(credential: string, claim: Claim): void;
  /** Removes and returns the claims that fit, of those made in the 24 h before `at`. */
  take(credential: string, at: number, fits: (claim: Claim) => boolean): Claim[];
  readonly size: number;
  readonly dropped: number;
}

export function createSupport(maxCredentials: number): Support {
  const waiting = new Map<string, Claim[]>();
  let dropped = 0;

  return {
    wait(credential, claim) {
      const { detector, at, log_e } = claim.finding;
      const before = (waiting.get(credential) ?? []).filter((other) => at - other.finding.at < DAY);
      const same = before.findIndex((o) => o.finding.detector === detector && o.cluster === claim.cluster);
      const kept = before[same];
      if (kept === undefined) before.push(claim);
      else if (log_e >= kept.finding.log_e) before[same] = claim;
      if (before.length > MAX_CLAIMS) {
        before.shift();
        dropped++;
      }
      waiting.delete(credential);
      waiting.set(credential, before);
      if (waiting.size <= maxCredentials) return;
      const oldest = waiting.keys().next().value as string;
      dropped += waiting.get(oldest)?.length ?? 0;
      waiting.delete(oldest);
    },
    take(credential, at, fits) {
      const claims = waiting.get(credential);
      if (!claims) return [];
      const taken = claims.filter((claim) => at - claim.finding.at < DAY && fits(claim));
      const left = claims.filter((claim) => !taken.includes(claim));
      if (left.length > 0) waiting.set(credential, left);
      else waiting.delete(credential);
      return taken;
    },
    get size() {
      return waiting.size;
    },
    get dropped() {
      return dropped;
    },
  };
}

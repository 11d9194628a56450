// Findings that do not page on their own, waiting for one that does.
// Always holds: at most `maxCredentials` credentials wait (least recently touched dropped) with at most MAX_CLAIMS each;
// what is dropped before its time is counted.

import type { ApiEvent } from '../../schemas/event.ts';
import { ownShape } from '../own-shape.ts';
import type { BaselineFacts } from './calls.ts';
import type { Candidate } from './digest.ts';
import { type Claim, DAY } from './open-incident.ts';

const MAX_CLAIMS = 8;

/** A claim with what opening an incident on it needs. */
export interface Waiting extends Claim {
  readonly event: ApiEvent;
  readonly baseline: BaselineFacts | null;
}

export interface Support {
  wait(credential: string, claim: Waiting): void;
  /** Removes and returns the claims that fit, of those made in the 24 h before `at`. */
  take(credential: string, at: number, fits: (claim: Claim) => boolean): Waiting[];
  /** Per tenant, its number of credentials and each waiting credential's strongest claim of the day before `at` that does not page. */
  tenants(at: number): { peers: number; strongest: Candidate<Waiting>[] }[];
  readonly size: number;
  readonly dropped: number;
  /** The claims that wait for a credential. */
  of(credential: string): readonly Waiting[];
  /** Puts claims back as of() gave them; none takes the credential out. */
  put(credential: string, claims: readonly Waiting[]): void;
}

/** @param onDrop told of the claims that are dropped because too many credentials wait */
export function createSupport(maxCredentials: number, onDrop: (claims: readonly Waiting[]) => void): Support {
  const waiting = new Map<string, Waiting[]>();
  let dropped = 0;

  return ownShape({
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
      const lost = waiting.get(oldest) ?? [];
      dropped += lost.length;
      waiting.delete(oldest);
      onDrop(lost);
    },
    of: (credential) => waiting.get(credential) ?? [],
    put(credential, claims) {
      if (claims.length > 0) waiting.set(credential, [...claims]);
      else waiting.delete(credential);
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
    tenants(at) {
      const tenants = new Map<string, { peers: number; strongest: Candidate<Waiting>[] }>();
      for (const claims of waiting.values()) {
        let best: Waiting | null = null;
        for (const claim of claims)
          if (
            !claim.finding.pages &&
            at - claim.finding.at < DAY &&
            claim.finding.log_e > (best?.finding.log_e ?? 0)
          )
            best = claim;
        if (best === null) continue;
        const { tenant, log_e } = best.finding;
        const own = tenants.get(tenant) ?? { peers: 1, strongest: [] };
        tenants.set(tenant, own);
        own.peers = Math.max(own.peers, best.baseline?.peers ?? 1);
        own.strongest.push({ logE: log_e, item: best });
      }
      // In an order that does not depend on who was touched last.
      const byId = (a: Candidate<Waiting>, b: Candidate<Waiting>): number =>
        a.item.finding.id < b.item.finding.id ? -1 : 1;
      for (const { strongest } of tenants.values()) strongest.sort(byId);
      return [...tenants.values()];
    },
    get size() {
      return waiting.size;
    },
    get dropped() {
      return dropped;
    },
  });
}

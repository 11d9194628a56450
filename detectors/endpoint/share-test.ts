// Has the share of an outcome on an endpoint risen? A mixture of CUSUMs over how far it may have risen, judged at every request,
// so that an alarm needs no bin to end; and who contributed since the change began.
// Always holds: evidence is the logarithm of a mixture of likelihood ratios against the upper end of what is usual; it restarts
// at zero. What one caller contributes counts at most `cap` times: a single one is the business of detectors per credential.
// After Javed and Paxson 2013 (site-wide change first, then who), on first touches of objects instead of failed sign-ins.

import { clamp } from '../sequential-test.ts';

/** Shares that the outcome may have risen to, as parts of the way from usual to always. */
const RISES = [0.1, 0.25, 0.5, 0.9] as const;
const MOST_CALLERS = 20_000;

export interface Contribution {
  readonly lineage: string;
  readonly display: string;
  requests: number;
  /** Requests with the outcome. */
  outcomes: number;
  /** Records they gave. */
  records: number;
  bytes: number;
  firstAt: number;
}

export class ShareTest {
  sums: number[] = RISES.map(() => 0);
  /** Outcomes beyond what is usual since the evidence was last 0, each caller's counted up to the cap. */
  excess = 0;
  since = 0;
  callers = new Map<string, Contribution>();
  reportedAt = 0;
  reportedRecords = 0;

  /** @param o.usual upper end of the share when nothing is wrong; @param o.mean its middle, of which the excess is counted */
  step(o: {
    outcome: boolean;
    usual: number;
    mean: number;
    at: number;
    cap: number;
    lineage: string;
    display: string;
    /** Records the request gave. */
    records: number;
    bytes: number;
  }): void {
    if (!this.rising && !o.outcome) return;
    if (this.callers.size === 0) this.since = o.at;
    const caller = this.#caller(o);
    caller.requests++;
    if (o.outcome) caller.outcomes++;
    if (o.outcome && o.records > 0) {
      caller.records += o.records;
      caller.bytes += o.bytes;
    }
    if (o.outcome && caller.outcomes > o.cap) return;
    const p0 = clamp(o.usual, 0.005, 0.9);
    for (let i = 0; i < RISES.length; i++) {
      const p1 = p0 + RISES[i]! * (0.995 - p0);
      const step = o.outcome ? Math.log(p1 / p0) : Math.log((1 - p1) / (1 - p0));
      this.sums[i] = Math.max(0, this.sums[i]! + step);
    }
    this.excess += (o.outcome ? 1 : 0) - o.mean;
    if (!this.rising) this.restart();
  }

  #caller(o: { lineage: string; display: string; at: number }): Contribution {
    let caller = this.callers.get(o.lineage);
    if (caller === undefined) {
      caller = {
        lineage: o.lineage,
        display: o.display,
        requests: 0,
        outcomes: 0,
        records: 0,
        bytes: 0,
        firstAt: o.at,
      };
      if (this.callers.size >= MOST_CALLERS) this.callers.delete(this.callers.keys().next().value as string);
      this.callers.set(o.lineage, caller);
    }
    return caller;
  }

  /** Something speaks for a rise since it began anew. */
  get rising(): boolean {
    return this.sums.some((sum) => sum > 0);
  }

  /** ln of the mixture; 0 when nothing speaks for a rise. */
  get evidence(): number {
    let highest = 0;
    for (const sum of this.sums) if (sum > highest) highest = sum;
    return highest === 0 ? 0 : Math.max(0, highest - Math.log(RISES.length));
  }

  restart(): void {
    this.sums.fill(0);
    this.excess = 0;
    this.callers.clear();
    this.reportedAt = this.reportedRecords = 0;
  }
}

// Which secrets were accepted before: who presents one of those is no guesser, whatever the answer is now.
// Always holds: a secret that was accepted in the last 30 days or so is known; about one wrong one in two hundred is taken for it.

import type { ApiEvent } from '../../schemas/event.ts';
import type { Baseline } from '../baseline/view.ts';
import type { Memory } from '../detector.ts';
import { TouchedFilter } from '../endpoint/touched-filter.ts';
import { ownShape } from '../own-shape.ts';
import { pairOf } from './tries.ts';

/** Secrets that were accepted, of credentials whose lineage does not follow from the secret. */
export interface Accepted extends Memory {
  /** True when this secret, or where the lineage follows from it the credential, was accepted before. */
  has(event: ApiEvent, baseline: Baseline): boolean;
  add(event: ApiEvent): void;
}

export function createAccepted(): Accepted {
  const filter = new TouchedFilter();
  return ownShape({
    get bytes() {
      return filter.bytes;
    },
    has(event, baseline) {
      const { kind, fingerprint } = event.credential;
      if (kind === 'basic' && fingerprint !== null) return filter.has(pairOf(event)!);
      // Refusals are learned as well, so some of what was learned must have been something else.
      const before = baseline.events > 0 && baseline.failureShare < 1;
      // Where a log has no secret of an account, its owner is told by the place.
      return before && (kind !== 'basic' || baseline.source.prefixKnown);
    },
    add(event) {
      const { kind, fingerprint } = event.credential;
      if (kind !== 'basic' || fingerprint === null) return;
      const pair = pairOf(event)!;
      if (!filter.has(pair)) filter.add(pair, event.at);
    },
    save() {
      const facts = filter.facts();
      const head = new TextEncoder().encode(JSON.stringify(facts));
      const out = new Uint8Array(4 + head.length + filter.bytes);
      new DataView(out.buffer).setUint32(0, head.length, true);
      out.set(head, 4);
      let at = 4 + head.length;
      for (const bits of filter.bits()) {
        out.set(bits, at);
        at += bits.length;
      }
      return out;
    },
    load(stored) {
      const length = new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
      const facts = JSON.parse(new TextDecoder().decode(stored.subarray(4, 4 + length))) as ReturnType<
        TouchedFilter['facts']
      >;
      let at = 4 + length;
      filter.load(
        facts,
        facts.map(({ bytes }) => {
          at += bytes;
          return stored.subarray(at - bytes, at);
        }),
      );
      return true;
    },
  });
}

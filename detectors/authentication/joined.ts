// Several memories kept as one.

import type { Memory } from '../detector.ts';
import { ownShape } from '../own-shape.ts';

/** Length and bytes of each part, in order. */
export function joined<P extends Record<string, Memory>>(parts: P): P & Memory {
  const all = Object.values(parts);
  return ownShape({
    ...parts,
    get bytes() {
      return all.reduce((sum, part) => sum + part.bytes, 0);
    },
    save() {
      const saved = all.map((part) => part.save());
      const out = new Uint8Array(saved.reduce((sum, one) => sum + 4 + one.length, 0));
      const view = new DataView(out.buffer);
      let at = 0;
      for (const one of saved) {
        view.setUint32(at, one.length, true);
        out.set(one, at + 4);
        at += 4 + one.length;
      }
      return out;
    },
    load(stored) {
      const view = new DataView(stored.buffer, stored.byteOffset);
      let at = 0;
      return all.every((part) => {
        const length = view.getUint32(at, true);
        at += 4 + length;
        return part.load(stored.subarray(at - length, at));
      });
    },
  });
}

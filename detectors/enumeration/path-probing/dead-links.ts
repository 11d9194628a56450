// Which paths unsuspicious callers missed lately: links that lead nowhere, for whoever follows them.
// Always holds: bounded, the later path takes the place of the earlier; never says a link is dead that fewer than DEAD callers
// missed. Does not promise to remember every one.

import type { Memory } from '../../detector.ts';

const PLACES = 8192;
/** Callers that must have missed a path: fewer may be one prober with as many addresses. */
const DEAD = 3;
const VERSION = 1;
const ROW = 9;

export interface DeadLinks extends Memory {
  isDead(path: number): boolean;
  /** An unsuspicious caller missed it. */
  note(path: number, caller: number): void;
}

export function createDeadLinks(): DeadLinks {
  const paths = new Uint32Array(PLACES);
  const lastBy = new Uint32Array(PLACES);
  const callers = new Uint8Array(PLACES);
  return {
    bytes: PLACES * ROW,
    isDead: (path) => paths[path % PLACES] === path && callers[path % PLACES]! >= DEAD,
    note(path, caller) {
      const i = path % PLACES;
      if (paths[i] !== path) {
        paths[i] = path;
        callers[i] = 0;
      } else if (lastBy[i] === caller) return;
      lastBy[i] = caller;
      if (callers[i]! < 255) callers[i]! += 1;
    },
    save() {
      const out = new DataView(new ArrayBuffer(1 + PLACES * ROW));
      out.setUint8(0, VERSION);
      for (let i = 0; i < PLACES; i++) {
        out.setUint32(1 + i * ROW, paths[i]!);
        out.setUint32(5 + i * ROW, lastBy[i]!);
        out.setUint8(9 + i * ROW, callers[i]!);
      }
      return new Uint8Array(out.buffer);
    },
    load(bytes) {
      if (bytes.length !== 1 + PLACES * ROW || bytes[0] !== VERSION) return false;
      const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let i = 0; i < PLACES; i++) {
        paths[i] = from.getUint32(1 + i * ROW);
        lastBy[i] = from.getUint32(5 + i * ROW);
        callers[i] = from.getUint8(9 + i * ROW);
      }
      return true;
    },
  };
}

// Which credential keeps coming back to an object: its home, with how sure that is. A table of four places a bucket that doubles as it fills.
// Always holds: bounded; where a bucket is full the least sure object makes room. Does not promise to know every object, and
// takes about one of two hundred million pairs of objects for each other.

import type { Memory } from '../../detector.ts';
import { mix32 } from '../../hash.ts';

const WAYS = 4;
const FIRST_BUCKETS = 256;
const MOST_BUCKETS = 1 << 18;
const ROW = 11;
const VERSION = 1;
const MOST_SURE = 15;
/** Days on which it came, less those on which others did, before a credential is an object's home. */
const SURE = 3;

export interface Homes extends Memory {
  /** Hash of the object's home; 0 when it has none for sure. */
  of(object: number): number;
  /** An unsuspicious read; of each object the first of a day counts. */
  note(object: number, reader: number, day: number): void;
}

export function createHomes(): Homes {
  let buckets = FIRST_BUCKETS;
  let objects = new Uint32Array(buckets * WAYS);
  let readers = new Uint32Array(buckets * WAYS);
  let sure = new Uint8Array(buckets * WAYS);
  let days = new Uint16Array(buckets * WAYS);
  let filled = 0;

  const start = (object: number): number => (mix32(object) & (buckets - 1)) * WAYS;
  const find = (object: number): number => {
    const from = start(object);
    for (let i = from; i < from + WAYS; i++) if (objects[i] === object) return i;
    return -1;
  };
  const place = (o: { object: number; reader: number; certainty: number; day: number }): void => {
    const { object } = o;
    const from = start(object);
    let at = from;
    for (let i = from; i < from + WAYS; i++) {
      if (objects[i] === 0) {
        at = i;
        filled++;
        break;
      }
      if (sure[i]! < sure[at]!) at = i;
    }
    objects[at] = object;
    readers[at] = o.reader;
    sure[at] = o.certainty;
    days[at] = o.day;
  };
  const grow = (): void => {
    const [o, r, s, d] = [objects, readers, sure, days];
    buckets *= 2;
    objects = new Uint32Array(buckets * WAYS);
    readers = new Uint32Array(buckets * WAYS);
    sure = new Uint8Array(buckets * WAYS);
    days = new Uint16Array(buckets * WAYS);
    filled = 0;
    for (let i = 0; i < o.length; i++)
      if (o[i] !== 0) place({ object: o[i]!, reader: r[i]!, certainty: s[i]!, day: d[i]! });
  };

  return {
    get bytes() {
      return buckets * WAYS * ROW;
    },
    of(object) {
      const i = find(object);
      return i >= 0 && sure[i]! >= SURE ? readers[i]! : 0;
    },
    note(object, reader, day) {
      const i = find(object);
      if (i < 0) {
        if (filled > buckets * 2 && buckets < MOST_BUCKETS) grow();
        place({ object, reader, certainty: 1, day });
        return;
      }
      // A visit of another on the same day counts, a second one of the same reader does not.
      if (days[i] === day && readers[i] === reader) return;
      days[i] = day;
      if (readers[i] === reader) sure[i] = Math.min(MOST_SURE, sure[i]! + 1);
      else if (sure[i]! > 1) sure[i] = sure[i]! - 1;
      else readers[i] = reader;
    },
    save() {
      const out = new DataView(new ArrayBuffer(5 + filled * ROW));
      out.setUint8(0, VERSION);
      out.setUint32(1, buckets);
      let at = 5;
      for (let i = 0; i < objects.length; i++) {
        if (objects[i] === 0) continue;
        out.setUint32(at, objects[i]!);
        out.setUint32(at + 4, readers[i]!);
        out.setUint8(at + 8, sure[i]!);
        out.setUint16(at + 9, days[i]!);
        at += ROW;
      }
      return new Uint8Array(out.buffer);
    },
    load(bytes) {
      if (bytes.length < 5 || bytes[0] !== VERSION) return false;
      const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      buckets = from.getUint32(1);
      objects = new Uint32Array(buckets * WAYS);
      readers = new Uint32Array(buckets * WAYS);
      sure = new Uint8Array(buckets * WAYS);
      days = new Uint16Array(buckets * WAYS);
      filled = 0;
      // In the order of their buckets, so that each bucket is filled as it was.
      for (let at = 5; at + ROW <= bytes.length; at += ROW)
        place({
          object: from.getUint32(at),
          reader: from.getUint32(at + 4),
          certainty: from.getUint8(at + 8),
          day: from.getUint16(at + 9),
        });
      return true;
    },
  };
}

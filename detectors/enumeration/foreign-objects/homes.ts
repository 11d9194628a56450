// Which credentials keep coming back to an object: its homes, at most two (an owner, and a service or a second device), with how
// sure that is. A table of four places a bucket that doubles as it fills.
// Always holds: bounded; where a bucket is full the least sure object makes room; nobody gains or loses more than one step a day.
// Does not promise to know every object, and takes about one of two hundred million pairs of objects for each other.

import type { Memory } from '../../detector.ts';
import { mix32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';

const WAYS = 4;
const READERS = 2;
const FIRST_BUCKETS = 256;
const MOST_BUCKETS = 1 << 18;
/** Object, and for each reader its hash, certainty and day. */
const ROW = 4 + READERS * 7;
const HEADER = 5;
const VERSION = 2;
const MOST_SURE = 15;
/** Days on which it came, less those on which only strangers did, before a credential is at home. */
const SURE = 3;

export interface Homes extends Memory {
  /** Place of the object, which the questions are asked of until something is noted; -1 when it is not known. */
  find(object: number): number;
  /** Hash of the surest home; 0 when there is none for sure. */
  surest(place: number): number;
  /** Hash of the second home; 0 when there is none. */
  second(place: number): number;
  isHome(place: number, reader: number): boolean;
  /** An unsuspicious read; of each reader the first of a day counts. */
  note(object: number, reader: number, day: number): void;
}

interface Table {
  readonly buckets: number;
  /** 0 where a place is free. */
  readonly objects: Uint32Array;
  readonly readers: Uint32Array;
  readonly sure: Uint8Array;
  readonly days: Uint16Array;
}

function tableOf(buckets: number): Table {
  const places = buckets * WAYS;
  return {
    buckets,
    objects: new Uint32Array(places),
    readers: new Uint32Array(places * READERS),
    sure: new Uint8Array(places * READERS),
    days: new Uint16Array(places * READERS),
  };
}

export function createHomes(): Homes {
  let table = tableOf(FIRST_BUCKETS);
  let filled = 0;

  const start = (object: number): number => (mix32(object) & (table.buckets - 1)) * WAYS;
  const find = (object: number): number => {
    const from = start(object);
    for (let i = from; i < from + WAYS; i++) if (table.objects[i] === object) return i;
    return -1;
  };
  const certainty = (place: number): number =>
    Math.max(table.sure[place * READERS]!, table.sure[place * READERS + 1]!);
  /** A free place of its bucket, else that of the least sure object; emptied. */
  const claim = (object: number): number => {
    const from = start(object);
    let at = from;
    for (let i = from; i < from + WAYS; i++) {
      if (table.objects[i] === 0) {
        at = i;
        break;
      }
      if (certainty(i) < certainty(at)) at = i;
    }
    if (table.objects[at] === 0) filled++;
    table.objects[at] = object;
    table.sure.fill(0, at * READERS, (at + 1) * READERS);
    return at;
  };
  const grow = (): void => {
    const old = table;
    table = tableOf(2 * old.buckets);
    filled = 0;
    for (let i = 0; i < old.objects.length; i++) {
      if (old.objects[i] === 0) continue;
      const at = claim(old.objects[i]!);
      for (let k = 0; k < READERS; k++) {
        table.readers[at * READERS + k] = old.readers[i * READERS + k]!;
        table.sure[at * READERS + k] = old.sure[i * READERS + k]!;
        table.days[at * READERS + k] = old.days[i * READERS + k]!;
      }
    }
  };
  const settle = (slot: number, reader: number, day: number): void => {
    table.readers[slot] = reader;
    table.sure[slot] = 1;
    table.days[slot] = day;
  };

  return ownShape({
    get bytes() {
      return table.buckets * WAYS * ROW;
    },
    find,
    surest(place) {
      if (place < 0) return 0;
      const first = place * READERS;
      const surest = table.sure[first]! >= table.sure[first + 1]! ? first : first + 1;
      return table.sure[surest]! >= SURE ? table.readers[surest]! : 0;
    },
    second(place) {
      if (place < 0) return 0;
      const first = place * READERS;
      const other = table.sure[first]! >= table.sure[first + 1]! ? first + 1 : first;
      return table.sure[other]! >= SURE ? table.readers[other]! : 0;
    },
    isHome(place, reader) {
      if (place < 0) return false;
      for (let slot = place * READERS; slot < (place + 1) * READERS; slot++)
        if (table.readers[slot] === reader && table.sure[slot]! >= SURE) return true;
      return false;
    },
    note(object, reader, day) {
      let i = find(object);
      if (i < 0) {
        if (filled > table.buckets * 2 && table.buckets < MOST_BUCKETS) grow();
        i = claim(object);
      }
      const from = i * READERS;
      let free = -1;
      for (let slot = from; slot < from + READERS; slot++) {
        if (table.sure[slot] === 0) free = slot;
        else if (table.readers[slot] === reader) {
          if (table.days[slot] !== day) table.sure[slot] = Math.min(MOST_SURE, table.sure[slot]! + 1);
          table.days[slot] = day;
          return;
        }
      }
      if (free >= 0) return settle(free, reader, day);
      for (let slot = from; slot < from + READERS; slot++) {
        if (table.days[slot] === day) continue;
        table.sure[slot] = table.sure[slot]! - 1;
        table.days[slot] = day;
      }
    },
    save() {
      const out = new DataView(new ArrayBuffer(HEADER + filled * ROW));
      out.setUint8(0, VERSION);
      out.setUint32(1, table.buckets);
      let at = HEADER;
      for (let i = 0; i < table.objects.length; i++) {
        if (table.objects[i] === 0) continue;
        out.setUint32(at, table.objects[i]!);
        at += 4;
        for (let slot = i * READERS; slot < (i + 1) * READERS; slot++, at += 7) {
          out.setUint32(at, table.readers[slot]!);
          out.setUint8(at + 4, table.sure[slot]!);
          out.setUint16(at + 5, table.days[slot]!);
        }
      }
      return new Uint8Array(out.buffer);
    },
    load(bytes) {
      if (bytes.length < HEADER || bytes[0] !== VERSION || (bytes.length - HEADER) % ROW !== 0) return false;
      const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const buckets = from.getUint32(1);
      if (buckets < FIRST_BUCKETS || buckets > MOST_BUCKETS || (buckets & (buckets - 1)) !== 0) return false;
      table = tableOf(buckets);
      filled = 0;
      // In the order of their buckets, so that each bucket is filled as it was.
      for (let at = HEADER; at < bytes.length; ) {
        const place = claim(from.getUint32(at));
        at += 4;
        for (let slot = place * READERS; slot < (place + 1) * READERS; slot++, at += 7) {
          table.readers[slot] = from.getUint32(at);
          table.sure[slot] = from.getUint8(at + 4);
          table.days[slot] = from.getUint16(at + 5);
        }
      }
      return true;
    },
  });
}

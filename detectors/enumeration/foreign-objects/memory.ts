// What D11 knows across credentials: whose home each object is, and how each desk handles what it opens.
// Always holds: both parts are bounded by themselves; a stored form of another version is refused as a whole.

import type { ApiEvent } from '../../../schemas/event.ts';
import type { Memory } from '../../detector.ts';
import { hash32 } from '../../hash.ts';
import { ownShape } from '../../own-shape.ts';
import { createDesks, type Desks } from './desks.ts';
import { createHomes, type Homes } from './homes.ts';

export interface Affinity extends Memory {
  /** The event's reader, and the place of its object in `homes`; worked out once an event. */
  seek(event: ApiEvent, objectHash: number): Seek;
  /** Notes the read that was sought last. */
  note(day: number): void;
  readonly homes: Homes;
  readonly desks: Desks;
}

interface Seek {
  readonly reader: number;
  readonly place: number;
}

const VERSION = 2;
const HEADER = 5;

export function createAffinity(): Affinity {
  const homes = createHomes();
  const desks = createDesks();
  const now = { event: null as ApiEvent | null, object: 0, reader: 0, place: -1 };
  return ownShape({
    seek(event, objectHash) {
      if (now.event === event) return now;
      now.event = event;
      now.object = hash32(event.tenant, objectHash) || 1;
      now.reader = hash32(event.credential.lineage) || 1;
      now.place = homes.find(now.object);
      return now;
    },
    note(day) {
      homes.note(now.object, now.reader, day);
      now.event = null;
    },
    homes,
    desks,
    get bytes() {
      return homes.bytes + desks.bytes;
    },
    save() {
      const first = homes.save();
      const second = new TextEncoder().encode(desks.save());
      const out = new Uint8Array(HEADER + first.length + second.length);
      out[0] = VERSION;
      new DataView(out.buffer).setUint32(1, first.length);
      out.set(first, HEADER);
      out.set(second, HEADER + first.length);
      return out;
    },
    load(bytes) {
      if (bytes.length < HEADER || bytes[0] !== VERSION) return false;
      const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(1);
      const split = HEADER + length;
      if (split > bytes.length || !homes.load(bytes.subarray(HEADER, split))) return false;
      return desks.load(new TextDecoder().decode(bytes.subarray(split)));
    },
  });
}

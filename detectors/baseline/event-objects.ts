// The object ids of the event at hand as hashes, and which of them the credential never touched.
// Always holds: an id twice in one event counts once. Does not look beyond 256 ids of one event: total counts them
// all, novel only those looked at.

import type { ApiEvent } from '../../schemas/event.ts';
import { hash32 } from '../hash.ts';
import { ownShape } from '../own-shape.ts';
import type { ObjectMemory } from './object-memory.ts';
import type { ObjectFacts } from './view.ts';

const MOST = 256;

export interface EventObjects extends ObjectFacts {
  read(event: ApiEvent): void;
  /** Remembers the new ones. */
  learn(owner: number): void;
  /** Forgets the event. */
  clear(): void;
}

export function createEventObjects(memory: ObjectMemory): EventObjects {
  const hashes: number[] = [];
  const fresh: number[] = [];
  let total = 0;
  let hash = 0;
  let collectionHash = 0;

  const clear = (): void => {
    hashes.length = fresh.length = 0;
    total = hash = collectionHash = 0;
  };
  return ownShape({
    get total() {
      return total;
    },
    get novel() {
      return fresh.length;
    },
    get hash() {
      return hash;
    },
    get collectionHash() {
      return collectionHash;
    },
    read(event) {
      clear();
      const objects = event.objects;
      for (let i = 0; i < objects.length; i++) {
        if (i >= MOST) {
          total += objects.length - i;
          return;
        }
        const object = objects[i]!;
        collectionHash = hash32(object.collection) || 1;
        hash = hash32(object.id, collectionHash) || 1;
        if (hashes.includes(hash)) continue;
        total++;
        hashes.push(hash);
        if (!memory.has(hash)) fresh.push(hash);
      }
    },
    learn(owner) {
      for (const novel of fresh) memory.add(novel, owner);
    },
    clear,
  });
}

// What becomes of the objects a credential opens for the first time: it returns to them, works beside them, or leaves them alone.
// Always holds: calls of one page load say nothing about each other, nor do openings of one collection, so that a list that is
// copied does not explain itself. Bounded: of more than eight open questions the oldest is answered as it stands.

import { type StateView, u8s, u32, u32s } from '../../state/fields.ts';

const PLACES = 8;
/** Tenths of a second: calls closer than this are one page load. */
const LOAD = 20;
/** Work this close to an opening belongs to it. */
const NEAR = 3 * 600;
/** Returns come within this time, or not for this reason. */
const PATIENCE = 10 * 600;
/** An opening that must make room earlier than this tells nothing. */
const HURRY = 100;

export const HANDLING = {
  opened: u32s(PLACES, 'hashes of objects opened lately for the first time; 0 when free'),
  openedAt: u32s(PLACES, 'when, tenths of a second'),
  openedIn: u32s(PLACES, 'hashes of their collections'),
  beside: u8s(PLACES, '1 when something else was done right before or after'),
  workAt: u32('latest call that opened nothing, tenths of a second'),
} as const;
export type Handling = StateView<typeof HANDLING>;

export const ALONE = 0;
export const BESIDE = 1;
export const RETURNED = 2;
export type Outcome = typeof ALONE | typeof BESIDE | typeof RETURNED;

export interface Step {
  /** Hash of the call's object and collection; 0 when it has none. */
  object: number;
  collection: number;
  /** The object is new to the credential, and was given. */
  opens: boolean;
  /** Tenths of a second, modulo 2³². */
  now: number;
}

export const tenths = (at: number): number => Math.floor(at / 100) >>> 0;
/** Signed difference of two such times, in tenths of a second. */
const since = (now: number, then: number): number => (now - then) | 0;

export interface Settled {
  collection: number;
  outcome: Outcome;
  /** Tenths of a second ago. */
  age: number;
}

/** Answers what the call answers, and remembers what it opens. Calls `settled` for each opening whose outcome is known now. */
export function follow(state: Handling, step: Step, settled: (one: Settled) => void): void {
  let free = -1;
  let oldest = 0;
  let mayReturn = true;
  for (let i = 0; i < PLACES; i++) {
    if (state.opened.get(i) === 0) {
      free = i;
      continue;
    }
    const age = since(step.now, state.openedAt.get(i));
    if (state.opened.get(i) === step.object) mayReturn = false;
    const outcome = outcomeOf(state, i, { step, age });
    if (outcome === null) {
      if (age >= since(step.now, state.openedAt.get(oldest))) oldest = i;
      continue;
    }
    state.opened.set(i, 0);
    free = i;
    settled({ collection: state.openedIn.get(i), outcome, age });
  }
  if (!step.opens || !mayReturn) {
    state.workAt = step.now;
    return;
  }
  if (free < 0) {
    free = oldest;
    const age = since(step.now, state.openedAt.get(oldest));
    if (age >= HURRY)
      settled({
        collection: state.openedIn.get(oldest),
        outcome: state.beside.get(oldest) === 1 ? BESIDE : ALONE,
        age,
      });
  }
  open(state, free, step);
}

/** Null while it cannot be told. */
function outcomeOf(state: Handling, i: number, { step, age }: { step: Step; age: number }): Outcome | null {
  if (age <= PATIENCE) {
    if (age <= LOAD) return null;
    if (state.opened.get(i) === step.object) return RETURNED;
    if (age <= NEAR && !(step.opens && step.collection === state.openedIn.get(i))) state.beside.set(i, 1);
    return null;
  }
  return state.beside.get(i) === 1 ? BESIDE : ALONE;
}

function open(state: Handling, place: number, step: Step): void {
  const isNear = (then: number): boolean => {
    const age = since(step.now, then);
    return age > LOAD && age <= NEAR;
  };
  let beside = isNear(state.workAt);
  for (let i = 0; i < PLACES && !beside; i++)
    beside =
      i !== place &&
      state.opened.get(i) !== 0 &&
      state.openedIn.get(i) !== step.collection &&
      isNear(state.openedAt.get(i));
  state.opened.set(place, step.object);
  state.openedAt.set(place, step.now);
  state.openedIn.set(place, step.collection);
  state.beside.set(place, beside ? 1 : 0);
}

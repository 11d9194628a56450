// Event-time progress of the whole stream, from event times alone.
// Always holds: never goes back (after the first few events); one event dated far ahead does not move it. The rule:
// up to an hour ahead moves it at once; further ahead only when 16 events in a row agree, and then to the earliest of
// them. While fewer than 16 events were seen it is the earliest of them, so that a wrong first date does no harm.

import { ownShape } from '../own-shape.ts';

const STEP = 3_600_000;
const AGREE = 16;

export interface Watermark {
  /** Ms; 0 before the first event. */
  readonly value: number;
  advance(at: number): void;
  save(): number[];
  load(numbers: readonly number[]): void;
}

export function createWatermark(): Watermark {
  let value = 0;
  let seen = 0;
  let ahead = 0;
  let earliest = 0;
  return ownShape({
    get value() {
      return value;
    },
    advance(at) {
      if (seen < AGREE) {
        value = seen === 0 ? at : Math.min(value, at);
        seen++;
        return;
      }
      if (at <= value + STEP) {
        if (at > value) value = at;
        ahead = 0;
        return;
      }
      earliest = ahead === 0 ? at : Math.min(earliest, at);
      if (++ahead < AGREE) return;
      value = earliest;
      ahead = 0;
    },
    save: () => [value, seen, ahead, earliest],
    load([v = 0, s = 0, a = 0, e = 0]) {
      value = v;
      seen = s;
      ahead = a;
      earliest = e;
    },
  });
}

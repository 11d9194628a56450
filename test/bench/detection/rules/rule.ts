// What a simple rule of other systems says of one event: how far above its threshold it is, and about whom. One pass gives the
// rule at every setting: at factor s it would have alarmed when the score reached s.

import type { ApiEvent } from '../../../../schemas/event.ts';

export interface Score {
  /** What the rule alarms about: an address, a credential. Alarms about one key are one page for 24 hours. */
  readonly key: string;
  /** Statistic divided by the default threshold; 0 when the rule says nothing. */
  readonly score: number;
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  /** Scores the event, then takes it in. */
  see(event: ApiEvent): Score;
  /** An independent copy of everything learned. */
  clone(): Rule;
}

/** Counters of windows that begin anew every `width` ms, per key; what is of an old window is forgotten. */
export class Windows<T> {
  #window = -1;
  #values = new Map<string, T>();
  readonly width: number;
  readonly make: () => T;
  constructor(width: number, make: () => T) {
    this.width = width;
    this.make = make;
  }
  get(key: string, at: number): T {
    const window = Math.floor(at / this.width);
    if (window !== this.#window) {
      this.#values.clear();
      this.#window = window;
    }
    let value = this.#values.get(key);
    if (value === undefined) {
      value = this.make();
      this.#values.set(key, value);
    }
    return value;
  }
}

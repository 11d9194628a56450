// The event at hand as the parts of the baseline share it: set by open(), read by everything that judges or learns it.

import type { ApiEvent } from '../../schemas/event.ts';

export interface Moment {
  event: ApiEvent;
  /** Row of its credential. */
  slot: number;
  /** The row has a heavy block. */
  busy: boolean;
  /** Event times allow learning. */
  inTime: boolean;
  anonymous: boolean;
  /** Hours and UTC days since the epoch. */
  hour: number;
  day: number;
}

export const createMoment = (): Moment => ({
  event: null as unknown as ApiEvent,
  slot: -1,
  busy: false,
  inTime: true,
  anonymous: false,
  hour: 0,
  day: 0,
});

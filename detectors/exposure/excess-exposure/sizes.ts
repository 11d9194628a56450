// How large the answers of a route are: a histogram of their logarithm, kept per tenant and route.
// Always holds: old answers fade; the 99th percentile is right to a quarter of a nat. Bounded by the route rows.

import { f32, f32s, type StateView } from '../../state/fields.ts';

const BINS = 48;
/** Width of a bin, nats. */
const WIDTH = 0.4;
const MOST = 4000;

export const ROUTE = {
  sizes: f32s(BINS, 'answers by ln(1 + bytes), 0.4 nats a bin'),
  answers: f32('answers behind them'),
} as const;

export function learnSize(route: StateView<typeof ROUTE>, bytes: number): void {
  const bin = Math.min(BINS - 1, Math.floor(Math.log1p(bytes) / WIDTH));
  route.sizes.set(bin, route.sizes.get(bin) + 1);
  route.answers += 1;
  if (route.answers < MOST) return;
  for (let i = 0; i < BINS; i++) route.sizes.set(i, route.sizes.get(i) / 2);
  route.answers /= 2;
}

/** Upper end of the bin that holds the 99th percentile, bytes. */
export function p99Of(route: StateView<typeof ROUTE>): number {
  let above = 0;
  for (let i = BINS - 1; i >= 0; i--) {
    above += route.sizes.get(i);
    if (above >= route.answers / 100) return Math.expm1((i + 1) * WIDTH);
  }
  return 0;
}

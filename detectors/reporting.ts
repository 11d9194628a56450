// When a behaviour that goes on is worth saying again, and the words detectors share. An attack of a million calls must not
// make a million findings. Always holds: the first report is never held back; later ones come when the amount doubled
// or an hour passed. Does not promise equal spacing.

import { f32, f64, type StateView } from './state/fields.ts';

/** State of detectors that report progress; spread it into `heavy`. */
export const REPORTED = {
  reportedAt: f64('when this behaviour was last reported, ms; 0 when it was not'),
  reportedAmount: f32('how much it had taken then'),
} as const;

const AGAIN_AFTER = 3_600_000;

/** True when it should be reported now; remembers that it was. */
export function worthReporting(state: StateView<typeof REPORTED>, at: number, amount: number): boolean {
  const fresh = state.reportedAt === 0;
  const later = Math.abs(at - state.reportedAt) >= AGAIN_AFTER;
  if (!fresh && !later && amount < 2 * state.reportedAmount) return false;
  state.reportedAt = at;
  state.reportedAmount = amount;
  return true;
}

/** The behaviour ended: the next one is reported at once. */
export function forgetReport(state: StateView<typeof REPORTED>): void {
  state.reportedAt = 0;
  state.reportedAmount = 0;
}

/** `40 seconds`, `22 minutes`, `6.5 hours`, `3 days`; at least `1 second`. */
export function spanInWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 120) return seconds === 1 ? '1 second' : `${seconds} seconds`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = minutes / 60;
  return hours < 48
    ? `${hours < 10 ? Math.round(hours * 10) / 10 : Math.round(hours)} hours`
    : `${Math.round(hours / 24)} days`;
}

/** `/v1/customers` → `objects of /v1/customers`; `?email` → `values of email`. Bounded. */
export function collectionInWords(collection: string): string {
  const name = collection.length > 80 ? `${collection.slice(0, 79)}…` : collection;
  return name.startsWith('?') ? `values of ${name.slice(1)}` : `objects of ${name}`;
}

export function percent(share: number): string {
  const value = share * 100;
  return `${value >= 10 || value === 0 ? Math.round(value) : Math.round(value * 10) / 10} %`;
}

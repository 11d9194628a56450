// What was seen within a stretch of the past, for differences over it. Bounded: one entry per step.

export interface History<T> {
  add(at: number, value: T): void;
  /** The oldest kept entry of the stretch that ends now, or the oldest for which it holds. */
  oldest(now: number, holds?: (value: T) => boolean): { at: number; value: T } | null;
  /** The newest entry for which it holds. */
  newest(holds: (value: T) => boolean): { at: number; value: T } | null;
}

export function createHistory<T>(o: { spanMs: number; stepMs: number }): History<T> {
  let entries: { at: number; value: T }[] = [];
  const forget = (now: number): void => {
    // A clock that was set back makes what was seen later than now worthless.
    entries = entries.filter(({ at }) => at <= now && now - at <= o.spanMs);
  };
  return {
    add(at, value) {
      forget(at);
      const last = entries.at(-1);
      if (last === undefined || at - last.at >= o.stepMs) entries.push({ at, value });
    },
    oldest(now, holds = () => true) {
      forget(now);
      return entries.find(({ value }) => holds(value)) ?? null;
    },
    newest: (holds) => entries.findLast(({ value }) => holds(value)) ?? null,
  };
}
